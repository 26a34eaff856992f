/** What the demo shows. */
export interface Shown {
  readonly state: string
  readonly seconds: number
  readonly clicks: number
  readonly counted: number
  readonly late: number
  readonly perSecond: number
  readonly commits: number
  readonly commitMs: number
  readonly counts: readonly (readonly [user: string, count: number])[]
  readonly window: string
  readonly url: string
}

/** Redraws a few lines in a terminal; writes one line at a time anywhere else. */
export class View {
  #drawn = 0

  show(shown: Shown): void {
    if (!process.stdout.isTTY) {
      process.stdout.write(`${line(shown)}\n`)
      return
    }
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A\x1b[J` : ''
    const lines = block(shown)
    process.stdout.write(`${up}${lines.join('\n')}\n`)
    this.#drawn = lines.length
  }
}

function line({ state, seconds, counted, perSecond, commits, commitMs, late }: Shown): string {
  return `${seconds} s  ${state}  ${counted} clicks counted (${perSecond}/s)  ${late} too late  ${commits} commits (last ${commitMs} ms)`
}

function block(shown: Shown): string[] {
  const { state, seconds, clicks, counted, perSecond, late, commits, commitMs, counts, window, url } = shown
  const waiting = Math.max(0, clicks - counted)
  return [
    `  ${state}  after ${seconds} s`,
    '',
    `  clicks sent      ${clicks}`,
    `  clicks counted   ${counted}   ${perSecond}/s   ${waiting} since the last commit`,
    `  too late         ${late}`,
    `  commits          ${commits}   the last took ${commitMs} ms`,
    '',
    `  window ${window} (UTC)`,
    ...counts.map(([user, count]) => `    ${user.padEnd(10)} ${String(count).padStart(5)}  ${bar(count)}`),
    '',
    `  ask it:  curl '${url}'`,
    '  Ctrl-C ends the demo.',
  ]
}

function bar(count: number): string {
  return '#'.repeat(Math.min(40, Math.ceil(Math.log2(count + 1) * 4)))
}
