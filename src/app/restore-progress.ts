import type { HookEvents, RestoreProgress } from '../core/hooks.ts'
import type { Tables } from '../dsl/topology.ts'
import type { KafkaStreams } from './kafka-streams.ts'

/** What a progress bar is drawn on: `process.stderr`, usually. */
export interface ProgressOutput {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const barWidth = 24
const eraseLine = '\r\x1b[2K'

/**
 * Shows in the terminal how far the stores of an application are restored: one line, drawn anew, gone when all are
 * complete. Where there is no terminal it writes nothing.
 *
 *     const hide = showRestoreProgress(app)
 *
 * @returns a function that stops it.
 */
export function showRestoreProgress(
  app: Pick<KafkaStreams<Tables>, 'on'>,
  output: ProgressOutput = process.stderr,
): () => void {
  if (!output.isTTY) return () => {}
  const underWay = new Map<string, RestoreProgress>()
  const draw = (): void => {
    const line = underWay.size === 0 ? '' : restoreLine([...underWay.values()])
    output.write(eraseLine + line.slice(0, (output.columns ?? 80) - 1))
  }
  const done = ({ task, store }: { readonly task: string; readonly store: string }): void => {
    if (underWay.delete(`${task} ${store}`)) draw()
  }
  const listeners = [
    app.on('restoring', (progress: HookEvents['restoring']) => {
      underWay.set(`${progress.task} ${progress.store}`, progress)
      draw()
    }),
    app.on('restored', done),
    app.on('restoreSuspended', done),
  ]
  return () => {
    for (const stop of listeners) stop()
    if (underWay.size > 0) output.write(eraseLine)
  }
}

/** `restoring 3 stores [######------------------]  25%  1,250,000 records left, about 12 s`. */
export function restoreLine(progress: readonly RestoreProgress[]): string {
  const sum = (of: (one: RestoreProgress) => number): number =>
    progress.reduce((total, one) => total + of(one), 0)
  const total = sum(({ from, to }) => Math.max(0, to - from))
  const left = sum(({ next, to }) => Math.max(0, to - next))
  const share = total === 0 ? 1 : (total - left) / total
  const filled = Math.round(share * barWidth)
  const bar = '#'.repeat(filled) + '-'.repeat(barWidth - filled)
  const estimates = progress.flatMap(({ remainingMs }) => remainingMs ?? [])
  const estimate = estimates.length === 0 ? '' : `, about ${Math.ceil(Math.max(...estimates) / 1000)} s`
  const stores = `${progress.length} ${progress.length === 1 ? 'store' : 'stores'}`
  const percent = `${Math.floor(share * 100)}%`.padStart(4)
  return `restoring ${stores} [${bar}] ${percent}  ${left.toLocaleString('en')} records left${estimate}`
}
