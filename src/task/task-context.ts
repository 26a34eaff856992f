import type { FailureContext } from '../core/error-handlers.ts'
import { StreamsError } from '../core/errors.ts'
import type { DropReason } from '../core/hooks.ts'
import {
  noHeaders,
  type RawRecord,
  type RecordContext,
  type RecordMetadata,
  type StreamRecord,
} from '../core/record.ts'
import type { Clock } from '../core/time/clock.ts'
import type { EmitIntervals, OperatorContext, RecordSender, UnwrittenRecord } from '../operator/context.ts'
import type { Operator } from '../operator/operator.ts'
import type { PunctuationType } from '../plan/processor-spec.ts'
import type { ErrorHandlers } from './error-handlers.ts'
import { PunctuationQueue } from './punctuation.ts'

export interface TaskContextParts {
  readonly applicationId: string
  readonly taskId: string
  readonly partition: number
  readonly clock: Clock
  readonly emitIntervals: EmitIntervals
  readonly sender: RecordSender
  readonly handlers: ErrorHandlers
  /** As the last commit left them, by node. */
  readonly operatorTimes: ReadonlyMap<string, number>
  readonly globalStores: ReadonlyMap<string, unknown>
  dropped(node: string, reason: DropReason): void
}

/** What the operators of one task share (Java's ProcessorContextImpl). */
export class TaskContext implements OperatorContext {
  readonly applicationId: string
  readonly taskId: string
  readonly partition: number
  readonly record: RecordContext
  readonly emitIntervals: EmitIntervals
  readonly sender: RecordSender
  readonly streamTimePunctuations: PunctuationQueue = new PunctuationQueue()
  readonly wallClockPunctuations: PunctuationQueue = new PunctuationQueue()
  /** A processor asked for a commit since the last. */
  commitRequested = false
  streamTime = -1
  readonly #parts: TaskContextParts
  readonly #stores = new Map<string, unknown>()
  readonly #times = new Map<string, { value: number }>()
  /** The input record being processed, and the metadata by which failures know that they are about it. */
  #input: { readonly metadata: RecordMetadata; readonly raw: RawRecord } | undefined

  constructor(parts: TaskContextParts) {
    this.applicationId = parts.applicationId
    this.taskId = parts.taskId
    this.partition = parts.partition
    this.emitIntervals = parts.emitIntervals
    this.sender = parts.sender
    this.record = { metadata: undefined, timestamp: parts.clock.now(), headers: noHeaders }
    this.#parts = parts
  }

  get systemTime(): number {
    return this.#parts.clock.now()
  }

  addStore(name: string, store: unknown): void {
    this.#stores.set(name, store)
  }

  store<S>(name: string): S {
    const store = this.#stores.get(name) ?? this.#parts.globalStores.get(name)
    if (store) return store as S
    throw new StreamsError('store-unknown', `task ${this.taskId} has no store '${name}'`)
  }

  globalStore<S>(name: string): S | undefined {
    return this.#parts.globalStores.get(name) as S | undefined
  }

  forward(next: Operator, record: StreamRecord<unknown, unknown>): void {
    const { timestamp, headers } = this.record
    this.record.timestamp = record.timestamp
    this.record.headers = record.headers
    try {
      next.process(record)
    } finally {
      this.record.timestamp = timestamp
      this.record.headers = headers
    }
  }

  forwardAs(
    next: Operator,
    record: StreamRecord<unknown, unknown>,
    metadata: RecordMetadata | undefined,
  ): void {
    const before = this.record.metadata
    this.record.metadata = metadata
    try {
      this.forward(next, record)
    } finally {
      this.record.metadata = before
    }
  }

  /** Takes an input record into the topology. */
  begin(raw: RawRecord, record: StreamRecord<unknown, unknown>, source: Operator): void {
    const { topic, partition, offset } = raw
    const metadata = { topic, partition, offset }
    this.#set(metadata, record)
    this.#input = { metadata, raw }
    source.process(record)
  }

  /** What follows has no record as its cause: initialization, a punctuation. */
  withoutRecord(timestamp: number): void {
    this.#set(undefined, { timestamp, headers: noHeaders })
  }

  dropped(node: string, reason: DropReason): void {
    this.#parts.dropped(node, reason)
  }

  operatorTime(node: string): { value: number } {
    const time = this.#times.get(node) ?? { value: this.#parts.operatorTimes.get(node) ?? -1 }
    this.#times.set(node, time)
    return time
  }

  /** Of the nodes that keep one, for the next commit. */
  operatorTimes(): ReadonlyMap<string, number> {
    return new Map([...this.#times].map(([node, time]) => [node, time.value]))
  }

  schedule(
    node: string,
    {
      everyMs,
      on,
      startAt,
    }: { readonly everyMs: number; readonly on: PunctuationType; readonly startAt?: number },
    punctuate: (timestamp: number) => void,
  ): () => void {
    if (on === 'stream-time') {
      const now = startAt === undefined ? undefined : this.streamTime
      return this.streamTimePunctuations.schedule({ node, everyMs, at: startAt ?? 0, punctuate }, now)
    }
    const now = this.systemTime
    return this.wallClockPunctuations.schedule(
      { node, everyMs, at: startAt ?? now + everyMs, punctuate },
      now,
    )
  }

  requestCommit(): void {
    this.commitRequested = true
  }

  notWritten({ node, topic, part, record }: UnwrittenRecord, error: unknown): void {
    const failure = { ...this.#failure(node, error), topic, part, record }
    this.#parts.handlers.notWritten({ ...failure, retriable: false, store: undefined })
  }

  /** Asks the processing handler. @throws `error` */
  processingFailed(node: string, record: StreamRecord<unknown, unknown> | undefined, error: unknown): void {
    this.#parts.handlers.processingFailed({ ...this.#failure(node, error), record })
  }

  #failure(node: string, error: unknown): FailureContext {
    const { metadata, timestamp, headers } = this.record
    // A cache or a buffer may have put a record of another origin in its place.
    const raw = this.#input?.metadata === metadata ? this.#input?.raw : undefined
    return {
      node,
      taskId: this.taskId,
      source: metadata,
      sourceKey: raw?.key ?? null,
      sourceValue: raw?.value ?? null,
      timestamp,
      headers,
      error,
    }
  }

  #set(
    metadata: RecordMetadata | undefined,
    { timestamp, headers }: Pick<StreamRecord<unknown, unknown>, 'timestamp' | 'headers'>,
  ): void {
    this.record.metadata = metadata
    this.record.timestamp = timestamp
    this.record.headers = headers
  }
}
