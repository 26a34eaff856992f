import type { TerminalStream } from './terminal.ts'

const barWidth = 24
const eraseLine = '\r\x1b[2K'

/** One line that is drawn anew, and gone at the end. Where there is no terminal it writes nothing. */
export class Progress implements Disposable {
  readonly #stream: TerminalStream
  readonly #label: string
  readonly #total: number
  #done = 0
  #shown = -1

  constructor(stream: TerminalStream, label: string, total: number) {
    this.#stream = stream
    this.#label = label
    this.#total = total
  }

  advance(by: number): void {
    this.#done += by
    const percent = this.#total <= 0 ? 100 : Math.min(100, Math.floor((this.#done / this.#total) * 100))
    if (!this.#stream.isTTY || percent === this.#shown) return
    this.#shown = percent
    const line = progressLine(this.#label, percent, this.#done)
    this.#stream.write(eraseLine + line.slice(0, (this.#stream.columns ?? 80) - 1))
  }

  [Symbol.dispose](): void {
    if (this.#shown >= 0) this.#stream.write(eraseLine)
  }
}

/** `reading [######------------------]  25%  1,250,000`. */
export function progressLine(label: string, percent: number, done: number): string {
  const filled = Math.round((percent / 100) * barWidth)
  const bar = '#'.repeat(filled) + '-'.repeat(barWidth - filled)
  return `${label} [${bar}] ${`${percent}%`.padStart(4)}  ${done.toLocaleString('en')}`
}
