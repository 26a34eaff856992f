import { StreamsError } from '../core/errors.ts'
import type { DropReason } from '../core/hooks.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { RecordContext } from '../core/record.ts'
import type { Clock } from '../core/time/clock.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import { buildOperators } from '../operator/build.ts'
import type { EmitIntervals, RecordSender } from '../operator/context.ts'
import { messageOf } from '../operator/guard.ts'
import type { Operator } from '../operator/operator.ts'
import type { SourceOperator } from '../operator/source.ts'
import { wrapOperator } from '../operator/wrap.ts'
import type { PlanNode } from '../plan/node.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { BuiltStore } from './built-store.ts'
import { ErrorHandlers } from './error-handlers.ts'
import { LimitedSender } from './limited-sender.ts'
import { PartitionGroup } from './partition-group.ts'
import type { Schedule } from './punctuation.ts'
import type { UnwrittenOutput } from './record-collector.ts'
import { type RawInput, RecordQueue } from './record-queue.ts'
import { TaskContext } from './task-context.ts'

/** Java's internal __emit.interval.ms settings. */
export const usualEmitIntervals: EmitIntervals = { outerJoinMs: 1000, windowCloseMs: 1000 }

/** A partition that a task reads. */
export interface TaskInput extends TopicPartition {
  /** Name of the source node. */
  readonly source: string
  readonly records: RawInput
  readonly partitionTime: number
}

export interface TaskTopologyParts {
  readonly taskId: string
  readonly partition: number
  /** Of the task's subtopologies, in the plan's order. */
  readonly nodes: readonly PlanNode[]
  readonly inputs: readonly TaskInput[]
  readonly options: Pick<
    ResolvedOptions,
    | 'applicationId'
    | 'deserializationHandler'
    | 'processingHandler'
    | 'productionHandler'
    | 'maxRecordBytes'
    | 'deadLetterTopic'
    | 'maxTaskIdleMs'
  >
  readonly clock: Clock
  readonly emitIntervals: EmitIntervals
  readonly sender: RecordSender
  readonly operatorTimes: ReadonlyMap<string, number>
  readonly globalStores: ReadonlyMap<string, unknown>
  /** What operators get in place of a typed store, so that its calls are measured. */
  readonly metered?: (typed: object, spec: StoreSpec) => object
  /** Makes the task's stores, in the order of registration. */
  stores(record: RecordContext): readonly BuiltStore[]
  /** As of `PartitionGroup`. */
  lag(queue: RecordQueue): number | undefined
  dropped(node: string, reason: DropReason): void
}

/**
 * The subtopologies of one task, record at a time: input partitions, operators, stores and punctuations. The same for
 * tasks of an application and for the test driver, which decide when a record is taken, when to punctuate and to commit.
 */
export class TaskTopology {
  readonly context: TaskContext
  readonly inputs: PartitionGroup
  readonly stores: readonly BuiltStore[]
  readonly #clock: Clock
  readonly #operators: readonly Operator[]
  readonly #handlers: ErrorHandlers
  #begun = false

  constructor(parts: TaskTopologyParts) {
    const { applicationId, maxRecordBytes } = parts.options
    const sender = new LimitedSender(parts.sender, maxRecordBytes)
    const handlers = errorHandlers({ ...parts, sender })
    this.#handlers = handlers
    this.#clock = parts.clock
    this.context = new TaskContext({ ...parts, applicationId, sender, handlers })
    this.stores = parts.stores(this.context.record)
    for (const { spec, typed } of this.stores)
      this.context.addStore(spec.name, parts.metered?.(typed as object, spec) ?? typed)
    const { sources, operators } = buildOperators(parts.nodes, this.context, (node, operator) => {
      const wrapped = wrapOperator(node, operator, this.context)
      return handlers.letProcessingFail ? wrapped : this.#guarded(node.name, wrapped)
    })
    this.#operators = operators
    this.inputs = partitionGroup(parts, sources, handlers)
    this.context.streamTime = this.inputs.streamTime
  }

  /** Once, before the first record. @throws what processors throw. */
  init(): void {
    this.#begun = true
    this.context.withoutRecord(this.#clock.now())
    for (const operator of this.#operators) operator.init?.()
  }

  /** The inputs give a record now. */
  get ready(): boolean {
    return this.inputs.ready(this.#now)
  }

  /** Takes one record through the topology. @returns false if there is none. @throws what its operators throw. */
  process(): boolean {
    const taken = this.inputs.next()
    if (!taken) return false
    const { raw, record, queue } = taken
    this.context.streamTime = this.inputs.streamTime
    try {
      if (record) this.context.begin(raw, record, queue.source)
    } catch (cause) {
      throw named(queue.source.name, cause)
    }
    return true
  }

  /** Runs the punctuations that stream time has reached. @returns whether there were any. */
  punctuateStreamTime(): boolean {
    const { streamTime, streamTimePunctuations } = this.context
    return streamTime >= 0 && streamTimePunctuations.run(streamTime, this.#punctuate)
  }

  /** Runs the punctuations that the wall clock has reached. @returns whether there were any. */
  punctuateWallClock(): boolean {
    return this.context.wallClockPunctuations.run(this.#clock.now(), this.#punctuate)
  }

  /** At a commit: caches let go of their updates, which may lead to more output; then changelogs are written to the end. */
  flush(): void {
    for (const store of this.stores) store.flushCache()
    for (const store of this.stores) store.flush()
    this.context.commitRequested = false
  }

  /** Asks the production handler about a record that had left the task. @throws as `ErrorHandlers.outputNotWritten` */
  notWritten(output: UnwrittenOutput): void {
    this.#handlers.outputNotWritten(output)
  }

  /** Operators, if they were begun, then stores: all of them, whatever one throws. @throws the first error. */
  close(): void {
    closeAll([...(this.#begun ? this.#operators : []), ...this.stores])
  }

  readonly #now = (): number => this.#clock.now()

  readonly #punctuate = ({ node, punctuate }: Schedule, now: number): void => {
    this.context.withoutRecord(now)
    try {
      punctuate(now)
    } catch (error) {
      this.context.processingFailed(node, undefined, error)
    }
  }

  /** Meets what an operator throws, so that those before it go on if the handler says so. */
  #guarded(node: string, operator: Operator): Operator {
    return {
      process: (record) => {
        try {
          operator.process(record)
        } catch (error) {
          this.context.processingFailed(node, record, error)
        }
      },
    }
  }
}

function closeAll(list: readonly { close?(): void }[]): void {
  const errors: unknown[] = []
  for (const each of list) {
    try {
      each.close?.()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

function errorHandlers({ options, taskId, sender, dropped }: TaskTopologyParts): ErrorHandlers {
  return new ErrorHandlers({
    options,
    taskId,
    send: ({ topic, partition, key, value, timestamp, headers }) =>
      sender.send(topic, partition, key, value, timestamp, headers, undefined),
    dropped,
  })
}

function partitionGroup(
  { inputs, options, lag }: TaskTopologyParts,
  sources: ReadonlyMap<string, SourceOperator>,
  handlers: ErrorHandlers,
): PartitionGroup {
  const keepBytes = !handlers.letProcessingFail || options.productionHandler !== 'fail'
  return new PartitionGroup({
    queues: inputs.map(({ topic, partition, source, records, partitionTime }) => {
      return new RecordQueue({
        partition: { topic, partition },
        source: sources.get(source)!,
        input: records,
        partitionTime,
        keepBytes,
        unreadable: (raw, { name }, error) => handlers.unreadable(raw, name, error),
      })
    }),
    maxTaskIdleMs: options.maxTaskIdleMs,
    lag,
  })
}

/** What is thrown outside the functions of the topology, by a serde of a store for instance, names no node yet. */
function named(node: string, cause: unknown): unknown {
  if (StreamsError.is(cause)) return cause
  return new StreamsError('processing', `behind ${node}: ${messageOf(cause)}`, { cause, details: { node } })
}
