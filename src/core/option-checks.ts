import { type Duration, durationMs } from './time/duration.ts'

/** What Kafka takes for the name of a topic, a group or an instance. */
const nameShape = /^[a-zA-Z0-9._-]{1,200}$/

/** Checks options and keeps all problems, a line each, so that they are told together. */
export class OptionChecks {
  readonly problems: string[]

  /** @param problems found elsewhere. */
  constructor(problems: readonly string[] = []) {
    this.problems = [...problems]
  }

  check(good: boolean, problem: string): void {
    if (!good) this.problems.push(problem)
  }

  /** @returns ms; `usual` if nothing is given, or no duration. */
  duration(name: string, given: Duration | undefined, usual: number): number {
    try {
      return durationMs(given ?? usual, name)
    } catch (error) {
      this.problems.push((error as Error).message)
      return usual
    }
  }

  wholeNumber(name: string, value: number, least: number): void {
    this.check(atLeast(value, least), `${name}: not a whole number of at least ${least}`)
  }

  oneOf(name: string, value: string, allowed: readonly string[]): void {
    const all = allowed.map((one) => `'${one}'`)
    const text = `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`
    this.check(allowed.includes(value), `${name}: ${JSON.stringify(value)} is not ${text}`)
  }

  name(name: string, value: unknown): void {
    this.check(
      typeof value === 'string' && nameShape.test(value),
      `${name}: ${JSON.stringify(value)} is not a name of letters, digits, '.', '_' and '-'`,
    )
  }

  /** @param path before each name in a problem. */
  noOthers(options: object, known: readonly string[], path = ''): void {
    for (const name of Object.keys(options))
      this.check(known.includes(name), `${path}${name}: no such option`)
  }
}

export function atLeast(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least
}
