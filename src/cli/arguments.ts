import { parseArgs } from 'node:util'
import { UsageError } from './command.ts'

export interface Option {
  readonly type: 'string' | 'boolean'
  /** What stands for its value in the help. */
  readonly value?: string
  readonly help: string
}

export type Options = Readonly<Record<string, Option>>

/** What every command takes. */
export const commonOptions: Options = {
  json: { type: 'boolean', help: 'print JSON; one object a line where there are many' },
  help: { type: 'boolean', help: 'print this help' },
}

/** What commands take that speak to a cluster. */
export const clusterOptions: Options = {
  brokers: { type: 'string', value: 'HOST:PORT,...', help: 'bootstrap addresses' },
  config: {
    type: 'string',
    value: 'FILE',
    help: "a file with Java's keys: bootstrap.servers, security.protocol, sasl.jaas.config, application.id ...",
  },
}

/** What commands take that load a topology. */
export const moduleOptions: Options = {
  export: { type: 'string', value: 'NAME', help: 'which topology, if MODULE exports several' },
  args: { type: 'string', value: 'JSON', help: 'args of the topology, if it takes any' },
}

/** The words of a command line after the command's name. */
export class Arguments {
  readonly #values: Readonly<Record<string, unknown>>
  readonly #positionals: readonly string[]

  private constructor(values: Readonly<Record<string, unknown>>, positionals: readonly string[]) {
    this.#values = values
    this.#positionals = positionals
  }

  /** @throws UsageError for options that the command does not have, or that lack their value. */
  static parse(words: readonly string[], options: Options): Arguments {
    try {
      const types = Object.entries(options).map(([name, { type }]) => [name, { type }] as const)
      const { values, positionals } = parseArgs({
        args: [...words],
        options: Object.fromEntries(types),
        allowPositionals: true,
        strict: true,
      })
      return new Arguments(values, positionals)
    } catch (error) {
      throw new UsageError(firstSentence((error as Error).message))
    }
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined
  }

  flag(name: string): boolean {
    return this.#values[name] === true
  }

  text(name: string): string | undefined {
    return this.#values[name] as string | undefined
  }

  required(name: string): string {
    const text = this.text(name)
    if (text === undefined || text === '') throw new UsageError(`--${name} is missing`)
    return text
  }

  /** Comma-separated; empty if not given. */
  list(name: string): readonly string[] {
    return (this.text(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  }

  /** A whole number of at least `least`. */
  integer(name: string, least: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const number = Number(text)
    if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number
    const limit = least === Number.MIN_SAFE_INTEGER ? '' : ` of at least ${least}`
    throw new UsageError(`--${name}: '${text}' is not a whole number${limit}`)
  }

  choice<T extends string>(name: string, choices: readonly T[], otherwise: T): T {
    const text = this.text(name) ?? otherwise
    const choice = choices.find((one) => one === text)
    if (choice !== undefined) return choice
    throw new UsageError(`--${name}: '${text}' is not one of ${choices.join(', ')}`)
  }

  /** How many there are beside the options. */
  get words(): number {
    return this.#positionals.length
  }

  /** @throws UsageError unless there are exactly these words. */
  positionals(...names: readonly string[]): readonly string[] {
    const missing = names[this.#positionals.length]
    if (missing !== undefined) throw new UsageError(`${missing} is missing`)
    const tooMany = this.#positionals[names.length]
    if (tooMany !== undefined) throw new UsageError(`'${tooMany}' is one word too many`)
    return this.#positionals
  }

  /** The first word: what a command with several forms is to do. @returns it, and the words after it. */
  action<T extends string>(actions: readonly T[]): { readonly action: T; readonly rest: Arguments } {
    const [word, ...rest] = this.#positionals
    const action = actions.find((one) => one === word)
    if (action === undefined)
      throw new UsageError(
        `${word === undefined ? 'what is missing' : `'${word}'`}: say ${actions.join(', ')}`,
      )
    return { action, rest: new Arguments(this.#values, rest) }
  }
}

/** parseArgs explains at length how to write what it did not understand. */
function firstSentence(message: string): string {
  return message.split('. ', 1)[0]!.split('\n', 1)[0]!
}
