import { StreamsError } from '../core/errors.ts'
import { noHeaders, type RecordContext, type RecordMetadata, type StreamRecord } from '../core/record.ts'
import { parseTaskId } from '../core/task-id.ts'
import { ManualClock } from '../core/time/clock.ts'
import { durationMs } from '../core/time/duration.ts'
import type { Unawaited } from '../core/unawaited.ts'
import type {
  Processor,
  ProcessorContext,
  PunctuationType,
  ScheduleOptions,
  StoreToken,
} from '../plan/processor-spec.ts'
import { MemoryStore } from '../store/memory-store.ts'
import type { BuiltStore } from '../task/built-store.ts'
import { buildStateStores } from '../task/state-store-builder.ts'
import { TestDirectory } from './test-directory.ts'

export interface MockProcessorContextOptions {
  /** `test` if not given. */
  readonly applicationId?: string
  /** `0_0` if not given. */
  readonly taskId?: string
  /** Stores that the processor uses. They live in memory, and log nothing. */
  readonly stores?: readonly StoreToken<unknown>[]
}

/** A record that a processor has forwarded, and to which child; undefined: to all. */
export interface CapturedForward<K, V> {
  readonly record: StreamRecord<K, V>
  readonly child: string | undefined
}

/** A punctuation that a processor has asked for; nobody calls it but the test. */
export interface CapturedPunctuator {
  readonly everyMs: number
  readonly on: PunctuationType
  readonly startAt: number | undefined
  readonly cancelled: boolean
  punctuate(timestamp: number): void
}

/**
 * What a processor sees of its task, for a test of the processor alone (Java's MockProcessorContext): it keeps what was
 * forwarded and scheduled, and knows what the test tells it. `TopologyTestDriver` tests it with what surrounds it.
 */
export class MockProcessorContext<K2 = unknown, V2 = unknown>
  implements ProcessorContext<K2, V2>, Disposable
{
  readonly applicationId: string
  readonly taskId: string
  /** Ms; -1, as before the first record, until the test says more. */
  currentStreamTime = -1
  /** Ms since the epoch. */
  currentSystemTime = 0
  /** The processor has asked for a commit; the test may take it back. */
  committed = false
  readonly #forwarded: CapturedForward<K2, V2>[] = []
  readonly #scheduled: (Omit<CapturedPunctuator, 'cancelled'> & { cancelled: boolean })[] = []
  readonly #record: RecordContext = { metadata: undefined, timestamp: 0, headers: noHeaders }
  readonly #directory: TestDirectory
  readonly #stores: ReadonlyMap<string, BuiltStore>

  /** @throws StreamsError `options-invalid` */
  constructor({ applicationId = 'test', taskId = '0_0', stores = [] }: MockProcessorContextOptions = {}) {
    this.applicationId = applicationId
    this.taskId = taskId
    this.#directory = new TestDirectory(applicationId)
    this.#stores = this.#built(stores)
  }

  /** Where the record being processed came from; the test sets it. */
  get recordMetadata(): RecordMetadata | undefined {
    return this.#record.metadata
  }

  set recordMetadata(metadata: RecordMetadata | undefined) {
    this.#record.metadata = metadata
  }

  /** What was forwarded, in order, what `process` got back included. */
  get forwarded(): readonly CapturedForward<K2, V2>[] {
    return [...this.#forwarded]
  }

  /** The records that a child would have got. */
  forwardedTo(child: string): readonly StreamRecord<K2, V2>[] {
    const its = this.#forwarded.filter((forward) => (forward.child ?? child) === child)
    return its.map(({ record }) => record)
  }

  resetForwards(): void {
    this.#forwarded.length = 0
  }

  get scheduled(): readonly CapturedPunctuator[] {
    return [...this.#scheduled]
  }

  /** Hands a record to a processor, as a task would: what it returns is forwarded. */
  process<K, V>(processor: Processor<K, V, K2, V2>, record: StreamRecord<K, V>): void {
    this.#record.timestamp = record.timestamp
    this.#record.headers = record.headers
    const returned = processor.process(record, this)
    if (returned === undefined) return
    if (Symbol.iterator in returned) for (const each of returned) this.forward(each)
    else this.forward(returned)
  }

  /** @throws StreamsError `store-unknown` if the store was not given to this context. */
  store<S>(store: StoreToken<S> | string): S {
    const name = typeof store === 'string' ? store : store.name
    const found = this.#stores.get(name)
    if (found) return found.typed as S
    throw new StreamsError('store-unknown', `no store '${name}': give it to the MockProcessorContext`)
  }

  forward(record: StreamRecord<K2, V2>, child?: string): void {
    this.#forwarded.push({ record, child })
  }

  schedule({ every, on, startAt }: ScheduleOptions, punctuate: (timestamp: number) => Unawaited): () => void {
    const everyMs = durationMs(every, 'schedule: every')
    const captured = {
      everyMs,
      on,
      startAt,
      cancelled: false,
      punctuate: (timestamp: number) => void punctuate(timestamp),
    }
    this.#scheduled.push(captured)
    return () => {
      captured.cancelled = true
    }
  }

  commit(): void {
    this.committed = true
  }

  /** Closes the stores. */
  close(): void {
    for (const store of this.#stores.values()) store.close?.()
    this.#directory.remove()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #built(tokens: readonly StoreToken<unknown>[]): ReadonlyMap<string, BuiltStore> {
    const { partition } = parseTaskId(this.taskId)
    const common = {
      bytes: new MemoryStore(),
      record: this.#record,
      changelog: undefined,
      cache: undefined,
      clock: new ManualClock(0),
      task: this.#directory.task(this.taskId, partition),
    }
    const built = buildStateStores(
      tokens.map(({ spec }) => spec),
      () => common,
    )
    return new Map(built.map((store) => [store.spec.name, store]))
  }
}
