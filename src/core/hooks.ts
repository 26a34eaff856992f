import type { StreamsError } from './errors.ts'

/** Why a record left the pipeline without a result. */
export type DropReason =
  | 'null-key'
  | 'null-value'
  | 'null-foreign-key'
  /** Its window is closed, or a version of its time is not kept any more. */
  | 'late'
  /** Too old for the store that would have remembered it. */
  | 'expired'
  /** A later update of the same row was there before it: of a versioned table (KIP-914), or of a foreign-key join's left side. */
  | 'outdated'
  | 'negative-timestamp'
  /** A partitioner named no partition. */
  | 'no-partition'
  // What a handler chose to continue after:
  | 'deserialization'
  | 'processing'
  | 'production'

/** How far a store has its changelog. */
export interface RestoreProgress {
  readonly task: string
  readonly store: string
  readonly topic: string
  readonly partition: number
  /** Offset it began at. */
  readonly from: number
  /** Offset of the next record. */
  readonly next: number
  /** The log's end, as far as it is known: offsets of transaction markers count. */
  readonly to: number
  /** Read since `from`. */
  readonly records: number
  /** An estimate by the rate until now, ms; null at the beginning. */
  readonly remainingMs: number | null
}

/** Typed events of a running application. Listeners run synchronously and must not throw. */
export interface HookEvents {
  /** The application's state changed; `error` says why it is on its way to ERROR. */
  state: { readonly from: string; readonly to: string; readonly error: Error | null }
  /** Records dropped since the last event of the same node and reason. */
  dropped: {
    readonly task: string
    readonly node: string
    readonly reason: DropReason
    readonly count: number
  }
  committed: { readonly thread: string; readonly records: number; readonly durationMs: number }
  checkpointed: { readonly task: string; readonly rows: number; readonly durationMs: number }
  aborted: { readonly thread: string; readonly error: StreamsError }
  /** A rebalance said what the thread is to run, and of which tasks it is to keep a copy. */
  tasks: {
    readonly thread: string
    readonly assigned: readonly string[]
    readonly standby: readonly string[]
  }
  /** A stream thread died; what is done about it. */
  threadFailed: { readonly thread: string; readonly error: Error; readonly response: string }
  /** When the store of a task begins to be restored, and about once a second until it is. */
  restoring: RestoreProgress
  /** The task goes elsewhere before its store is complete. */
  restoreSuspended: RestoreProgress
  /** A standby has taken more of a changelog. */
  standbyUpdated: RestoreProgress
  /** The standby ends here: it is to run, or goes elsewhere. */
  standbySuspended: RestoreProgress
  restored: {
    readonly task: string
    readonly store: string
    readonly from: number
    readonly to: number
    readonly records: number
    readonly durationMs: number
  }
  /** Local state that could not be used, moved aside and restored from the changelog. */
  stateSetAside: { readonly task: string; readonly reason: string; readonly movedTo: string }
  brokerUnreachable: { readonly error: StreamsError; readonly attempt: number }
}

export class Hooks {
  readonly #listeners = new Map<keyof HookEvents, Set<(event: never) => void>>()
  readonly #every = new Set<(event: keyof HookEvents, facts: object) => void>()

  /** @returns a function that removes the listener. */
  on<E extends keyof HookEvents>(event: E, listener: (event: HookEvents[E]) => void): () => void {
    // A function of its own, so that a listener added twice is called twice and removed once.
    const own = (facts: HookEvents[E]): void => listener(facts)
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners)
    listeners.add(own)
    return () => {
      listeners.delete(own)
    }
  }

  /** Listens to all of them, to pass them on. */
  onEvery(listener: (event: keyof HookEvents, facts: object) => void): void {
    this.#every.add(listener)
  }

  emit<E extends keyof HookEvents>(event: E, facts: HookEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? [])
      (listener as (event: HookEvents[E]) => void)(facts)
    for (const listener of this.#every) listener(event, facts)
  }
}
