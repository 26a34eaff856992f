import type { JoinWindows } from '../plan/windows.ts'
import type { JoinSideKey, OuterJoinBuffer } from '../store/state-stores.ts'
import type { JoinTime } from './join-time.ts'

export interface UnmatchedParts {
  readonly unmatched: OuterJoinBuffer<unknown, unknown>
  readonly windows: JoinWindows
  readonly time: JoinTime
  /** How far after its time a record of the side that looks meets others, ms. */
  readonly lookAheadMs: number
  /** Ms since the epoch. */
  readonly systemTime: number
  /** Between two looks, wall-clock ms. */
  readonly intervalMs: number
  emit(at: JoinSideKey<unknown>, value: unknown): void
}

/**
 * Emits and removes the records that wait and can meet nobody any more, by time, right before left, key
 * (KStreamKStreamJoin.emitNonJoinedOuterRecords). When to look is Java's choice in every detail, since it is seen in the
 * order of the output: where the two sides' windows differ, it leaves `earliest` at the last record it looked at.
 */
export function emitUnmatched(parts: UnmatchedParts): void {
  const { unmatched, windows, time } = parts
  if (!mayBeDue(parts)) return
  if (parts.systemTime < time.nextLook) return
  time.nextLook = parts.systemTime + parts.intervalMs
  time.earliest = Number.POSITIVE_INFINITY
  const open = { left: false, right: false }
  const emitted: JoinSideKey<unknown>[] = []
  try {
    for (const { key: at, value } of unmatched.all()) {
      time.earliest = at.timestamp
      if (open.left && open.right) break
      if (isOpen(at, windows, time)) {
        open[at.side] = true
        continue
      }
      parts.emit(at, value)
      emitted.push(at)
    }
  } finally {
    // Several values may have waited in one place; the first removal takes them all.
    for (const at of emitted) unmatched.removeIfPresent(at)
  }
}

/** Java's sum overflows while nothing waits: it then looks in vain, and not again for one interval. */
function mayBeDue({
  time: { earliest, stream },
  lookAheadMs,
  windows: { graceMs },
}: UnmatchedParts): boolean {
  if (earliest === Number.POSITIVE_INFINITY) return lookAheadMs + graceMs > 0
  return earliest + lookAheadMs + graceMs < stream.value
}

function isOpen({ timestamp, side }: JoinSideKey<unknown>, windows: JoinWindows, time: JoinTime): boolean {
  const lookAheadMs = side === 'left' ? windows.afterMs : windows.beforeMs
  return timestamp + lookAheadMs + windows.graceMs >= time.stream.value
}

/** When the earliest record that waits is of, ms; Infinity if none does. */
export function earliestWaiting(unmatched: OuterJoinBuffer<unknown, unknown>): number {
  const entries = unmatched.all()
  const first = entries.next()
  entries.return?.()
  return first.done ? Number.POSITIVE_INFINITY : first.value.key.timestamp
}
