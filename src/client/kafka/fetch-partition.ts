import type { StreamsError } from '../../core/errors.ts'
import type { OffsetReset } from '../../core/offset-reset.ts'
import type { Fetched } from '../client.ts'
import type { SharedResponse } from './fetch-buffers.ts'

/** One partition of a fetcher. `add` makes a new one, so that answers to the old one are recognized. */
export interface FetchPartition {
  readonly topic: string
  readonly partition: number
  /** What to do with a position that is not in the log. */
  readonly offsetReset: OffsetReset
  /** Position to fetch next. */
  offset: number
  paused: boolean
  /** Data that waits for a poll. */
  readonly ready: Stretch[]
  /** Bytes fetched and not released. */
  heldBytes: number
  /** The position is being looked for, after OFFSET_OUT_OF_RANGE. */
  resetting: boolean
  /** Why it cannot be fetched any more. */
  failure: StreamsError | undefined
}

export function fetchPartition(
  topic: string,
  partition: number,
  offset: number,
  offsetReset: OffsetReset,
): FetchPartition {
  return {
    topic,
    partition,
    offsetReset,
    offset,
    paused: false,
    ready: [],
    heldBytes: 0,
    resetting: false,
    failure: undefined,
  }
}

export interface StretchFacts {
  readonly offset: number
  readonly nextOffset: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly runs: readonly Uint8Array[]
}

export class Stretch implements Fetched {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly nextOffset: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly runs: readonly Uint8Array[]
  readonly #bytes: number
  readonly #response: SharedResponse
  readonly #onRelease: (bytes: number) => void
  #released = false

  /** @param bytes what it keeps in memory */
  constructor(
    { topic, partition }: FetchPartition,
    facts: StretchFacts,
    bytes: number,
    response: SharedResponse,
    onRelease: (bytes: number) => void,
  ) {
    this.topic = topic
    this.partition = partition
    this.offset = facts.offset
    this.nextOffset = facts.nextOffset
    this.highWatermark = facts.highWatermark
    this.lastStableOffset = facts.lastStableOffset
    this.runs = facts.runs
    this.#bytes = bytes
    this.#response = response
    this.#onRelease = onRelease
    response.use()
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    this.#response.release()
    this.#onRelease(this.#bytes)
  }
}
