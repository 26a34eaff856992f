import { createHash } from 'node:crypto'

const keptLines = 60

/** What happened, line by line: the end of it as text, all of it as a hash by which two runs are compared. */
export class Trace {
  readonly #hash = createHash('sha256')
  readonly #end: string[] = []
  readonly #each: ((line: string) => void) | undefined
  #lines = 0

  /** @param each is told every line. */
  constructor(each?: (line: string) => void) {
    this.#each = each
  }

  /** @param time virtual, ms. */
  add(time: number, actor: string, what: string): void {
    const line = `${String(time).padStart(7)} ms  ${actor.padEnd(8)} ${what}`
    this.#hash.update(line)
    this.#lines++
    this.#each?.(line)
    if (this.#end.push(line) > keptLines) this.#end.shift()
  }

  get lines(): number {
    return this.#lines
  }

  get end(): readonly string[] {
    return this.#end
  }

  /** Of all lines until now. */
  get hash(): string {
    return this.#hash.copy().digest('hex').slice(0, 16)
  }
}
