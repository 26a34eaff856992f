import { StreamsError } from '../core/errors.ts'
import type { RecordMetadata, StreamRecord } from '../core/record.ts'
import { durationMs } from '../core/time/duration.ts'
import type { ProcessNode } from '../plan/node.ts'
import type { Processor, ProcessorContext, ScheduleOptions, StoreToken } from '../plan/processor-spec.ts'
import type { ChildrenByName } from './children.ts'
import { connectedStore } from './connected-store.ts'
import type { OperatorContext } from './context.ts'
import { guard, messageOf } from './guard.ts'
import type { Operator } from './operator.ts'

type AnyRecord = StreamRecord<unknown, unknown>

/** A processor of the user's (Java's Processor and FixedKeyProcessor). */
export class ProcessOperator implements Operator, ProcessorContext {
  readonly #node: ProcessNode
  readonly #context: OperatorContext
  readonly #children: ChildrenByName
  #processor: Processor<unknown, unknown, unknown, unknown> | undefined
  #process: ((record: AnyRecord) => AnyRecord | Iterable<AnyRecord> | undefined) | undefined
  /** The record that a fixed-key processor is given: what it forwards keeps its key. */
  #given: AnyRecord | undefined

  constructor(node: ProcessNode, context: OperatorContext, children: ChildrenByName) {
    this.#node = node
    this.#context = context
    this.#children = children
  }

  init(): void {
    const { name, processor: spec } = this.#node
    try {
      const processor = spec.create()
      this.#processor = processor
      this.#process = guard(name, (record: AnyRecord) => processor.process(record, this))
      processor.init?.(this)
    } catch (cause) {
      throw new StreamsError(
        StreamsError.is(cause) ? cause.code : 'processing',
        `${name}: the processor cannot be initialized: ${messageOf(cause)}`,
        { cause, details: { node: name } },
      )
    }
  }

  process(record: AnyRecord): void {
    const before = this.#given
    this.#given = record
    try {
      const result = this.#process!(record)
      if (result === undefined || result === null) return
      if (Symbol.iterator in result) for (const each of result) this.forward(each)
      else this.forward(result)
    } finally {
      this.#given = before
    }
  }

  close(): void {
    this.#processor?.close?.()
  }

  // ---- ProcessorContext

  get applicationId(): string {
    return this.#context.applicationId
  }

  get taskId(): string {
    return this.#context.taskId
  }

  get recordMetadata(): RecordMetadata | undefined {
    return this.#context.record.metadata
  }

  get currentStreamTime(): number {
    return this.#context.streamTime
  }

  get currentSystemTime(): number {
    return this.#context.systemTime
  }

  store<S>(store: StoreToken<S> | string): S {
    const { name, stores } = this.#node
    return connectedStore(this.#context, { node: name, stores }, store)
  }

  forward(record: AnyRecord, child?: string): void {
    const { name, fixedKey } = this.#node
    if (!(record.timestamp >= 0))
      throw new StreamsError(
        'processing',
        `${name}: the timestamp ${record.timestamp} of a record is negative`,
        {
          details: { node: name },
        },
      )
    const next = child === undefined ? this.#children.all : this.#children.named(child)
    this.#context.forward(next, fixedKey && this.#given ? { ...record, key: this.#given.key } : record)
  }

  schedule({ every, on, startAt }: ScheduleOptions, punctuate: (timestamp: number) => void): () => void {
    const { name } = this.#node
    const everyMs = durationMs(every, `${name}: schedule: every`)
    if (everyMs < 1 || (startAt !== undefined && !(startAt >= 0)))
      throw new StreamsError(
        'options-invalid',
        everyMs < 1
          ? `${name}: schedule: every must be at least 1 ms`
          : `${name}: schedule: startAt must be at least 0`,
      )
    const options = { everyMs, on, ...(startAt !== undefined && { startAt }) }
    return this.#context.schedule(name, options, guard(name, punctuate))
  }

  commit(): void {
    this.#context.requestCommit()
  }
}
