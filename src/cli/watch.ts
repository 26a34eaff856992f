import type { Clock } from '../core/time/clock.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import type { Arguments } from './arguments.ts'
import { UsageError } from './command.ts'
import type { Terminal } from './terminal.ts'

const clearScreen = '\x1b[H\x1b[2J'

/** Of an option such as `2s`. @throws UsageError */
export function durationOption(args: Arguments, name: string, otherwise: Duration): number {
  try {
    return durationMs((args.text(name) as Duration | undefined) ?? otherwise, `--${name}`)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/**
 * Shows something again and again until Ctrl-C (or SIGTERM), or until it says that it was enough: on a clear screen in a
 * terminal, one frame after the other elsewhere.
 */
export async function watch(
  terminal: Terminal,
  clock: Clock,
  intervalMs: number,
  show: () => Promise<boolean>,
): Promise<void> {
  const stopped = new AbortController()
  const stop = (): void => stopped.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    while (!stopped.signal.aborted) {
      if (terminal.isInteractive) terminal.raw(clearScreen)
      if (!(await show())) return
      await clock.sleep(intervalMs, stopped.signal).catch(() => {}) // stopped
    }
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
