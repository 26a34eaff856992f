import { once } from 'node:events'
import { styleText } from 'node:util'
import { jsonText } from '../http/json-value.ts'
import { Progress } from './progress.ts'

/** Where a program writes: `process.stdout` and `process.stderr`. */
export interface TerminalStream {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): boolean
}

export interface TerminalOptions {
  readonly out: TerminalStream
  readonly err: TerminalStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly json: boolean
}

type Colour = 'red' | 'green' | 'yellow' | 'bold' | 'dim'

/** What a command writes on: results to stdout, everything else to stderr. */
export class Terminal {
  readonly json: boolean
  readonly #out: TerminalStream
  readonly #err: TerminalStream
  readonly #coloured: boolean

  constructor({ out, err, env, json }: TerminalOptions) {
    this.#out = out
    this.#err = err
    this.json = json
    // https://no-color.org: present and not empty.
    this.#coloured = out.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  }

  /** Somebody is looking at the results. */
  get isInteractive(): boolean {
    return this.#out.isTTY === true && !this.json
  }

  get rows(): number {
    return this.#out.rows ?? 24
  }

  get columns(): number {
    return this.#out.columns ?? 80
  }

  /** A line of the results. Resolves when more may be written. */
  async line(text = ''): Promise<void> {
    await this.#write(`${text}\n`)
  }

  /** A value as one line of JSON; see `jsonValue`. */
  async value(value: unknown): Promise<void> {
    await this.#write(`${jsonText(value)}\n`)
  }

  async #write(text: string): Promise<void> {
    if (!this.#out.write(text) && this.#out === process.stdout) await once(process.stdout, 'drain')
  }

  /** As it is, without a line's end. */
  raw(text: string): void {
    this.#out.write(text)
  }

  /** A remark, which is no result. */
  note(text: string): void {
    this.#err.write(`${text}\n`)
  }

  paint(colour: Colour, text: string): string {
    return this.#coloured ? styleText(colour, text, { validateStream: false }) : text
  }

  /** A bar on stderr, if that is a terminal. */
  progress(label: string, total: number): Progress {
    return new Progress(this.#err, label, total)
  }
}
