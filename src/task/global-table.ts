import type { Fetched } from '../client/client.ts'
import type { Hooks } from '../core/hooks.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { Clock } from '../core/time/clock.ts'
import { createWasmKernel } from '../kernel/load.ts'
import type { RecordSender } from '../operator/context.ts'
import type { GlobalStore } from '../plan/plan.ts'
import { partitionOfStore } from '../store/checkpoint.ts'
import { diskSpaces } from '../store/row-spaces.ts'
import type { StateDirectory } from '../store/state-directory.ts'
import type { StoreTask } from '../store/store-directory.ts'
import type { TaskState } from '../store/task-state.ts'
import type { BuiltStore } from './built-store.ts'
import { FetchedInput } from './fetched-input.ts'
import type { GlobalTopic } from './global-topic.ts'
import { buildStateStore } from './state-store-builder.ts'
import { TaskTopology, usualEmitIntervals } from './task-topology.ts'

export interface GlobalTableParts {
  readonly global: GlobalStore
  readonly topic: GlobalTopic
  readonly state: TaskState
  /** The store's rows go to disk. */
  readonly kept: boolean
  readonly options: ResolvedOptions
  readonly directory: StateDirectory
  readonly clock: Clock
  readonly hooks: Hooks
  /** Takes dead letters. */
  readonly letters: RecordSender
}

/** One global store, its processor and its topic. */
export class GlobalTable {
  readonly topic: string
  readonly store: BuiltStore
  readonly inputs: readonly FetchedInput[]
  readonly #topology: TaskTopology
  readonly #ends: readonly number[]

  constructor(parts: GlobalTableParts) {
    const { global, topic, state } = parts
    this.topic = topic.name
    this.inputs = topic.partitions.map(
      ({ earliest, latest }, partition) =>
        new FetchedInput({
          partition: { topic: topic.name, partition },
          internal: false,
          reader: createWasmKernel().reader,
          position: state.offsets.get(partitionOfStore(global.store.name, partition)) ?? earliest,
          end: latest,
        }),
    )
    this.#ends = topic.partitions.map(({ latest }) => latest)
    this.#topology = globalTopology(parts, this.inputs)
    this.store = this.#topology.stores[0]!
    this.#topology.init()
  }

  /** It does not hold yet what its topic held when it was opened. */
  get behind(): boolean {
    return this.inputs.some(({ position }, partition) => position < this.#ends[partition]!)
  }

  /** How far each partition was read, as a checkpoint names it. */
  get positions(): readonly (readonly [name: string, offset: number])[] {
    const { name } = this.store.spec
    return this.inputs.map(({ position }, partition) => [partitionOfStore(name, partition), position])
  }

  add(stretch: Fetched): void {
    this.inputs[stretch.partition]!.add(stretch)
    this.#topology.inputs.added(this.#topology.inputs.queues[stretch.partition]!)
  }

  /** Takes one record. @returns false if there is none. */
  process(): boolean {
    return this.#topology.process()
  }

  flush(): void {
    this.#topology.flush()
  }

  close(): void {
    for (const input of this.inputs) input.release()
    this.#topology.close()
  }
}

/** Who a global store belongs to, for itself. */
export function globalStoreTask(
  options: ResolvedOptions,
  store: string,
  directory: StateDirectory,
): StoreTask {
  return {
    applicationId: options.applicationId,
    taskId: `global ${store}`,
    partition: 0,
    directory: () => directory.taskDirectory('global'),
  }
}

function globalTopology(
  { global, state, kept, options, directory, clock, hooks, letters }: GlobalTableParts,
  inputs: readonly FetchedInput[],
): TaskTopology {
  const { source, processor, store } = global
  const storeTask = globalStoreTask(options, store.name, directory)
  const task = storeTask.taskId
  return new TaskTopology({
    taskId: task,
    partition: 0,
    nodes: [source, processor],
    inputs: inputs.map((records) => ({
      ...records.partition,
      source: source.name,
      records,
      partitionTime: -1,
    })),
    options: { ...options, maxTaskIdleMs: -1 },
    clock,
    sender: letters,
    operatorTimes: new Map(),
    emitIntervals: usualEmitIntervals,
    globalStores: new Map(),
    stores: (record) => [
      buildStateStore(store, {
        bytes: state.bytes,
        ...(kept && { spaces: diskSpaces(state.bytes) }),
        record,
        changelog: undefined,
        cache: undefined,
        clock,
        task: storeTask,
        expired: () => hooks.emit('dropped', { task, node: store.name, reason: 'expired', count: 1 }),
      }),
    ],
    lag: () => 0,
    dropped: (node, reason) => hooks.emit('dropped', { task, node, reason, count: 1 }),
  })
}
