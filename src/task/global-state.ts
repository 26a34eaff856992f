import { join } from 'node:path'
import type { Client, Fetcher } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import type { Hooks } from '../core/hooks.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { Clock } from '../core/time/clock.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'
import { createWasmKernel } from '../kernel/load.ts'
import type { GlobalStore, Plan } from '../plan/plan.ts'
import { MemoryStore } from '../store/memory-store.ts'
import { FetchedInput } from './fetched-input.ts'
import { buildStateStore } from './state-store-builder.ts'
import { TaskTopology, usualEmitIntervals } from './task-topology.ts'

export interface GlobalStateParts {
  readonly plan: Plan
  readonly options: ResolvedOptions
  readonly client: Client
  readonly clock: Clock
  readonly hooks: Hooks
}

/** While it waits for records, whether the application ends is looked at this often. */
const pollMs = 500

/**
 * The global stores of an application, the same in every instance (Java's GlobalStreamThread): read whole, committed
 * data only, before any task runs, and followed from then on. They live in memory and are read anew at each start.
 */
export class GlobalState {
  /** For operators: the stores by name. */
  readonly typed: ReadonlyMap<string, unknown>
  readonly #tables: readonly GlobalTable[]
  readonly #fetcher: Fetcher
  #closed = false

  private constructor(tables: readonly GlobalTable[], fetcher: Fetcher) {
    this.#tables = tables
    this.#fetcher = fetcher
    this.typed = new Map(
      tables.flatMap(({ topology }) => topology.stores.map(({ spec, typed }) => [spec.name, typed])),
    )
  }

  /** Reads all there is. @throws StreamsError `topic-missing` */
  static async open(parts: GlobalStateParts, stopped: () => boolean): Promise<GlobalState> {
    const fetcher = parts.client.fetcher({
      isolation: 'read_committed',
      partitionBytes: 2 ** 20,
      bufferBytes: 8 * 2 ** 20,
      offsetReset: 'earliest',
    })
    const tables: GlobalTable[] = []
    try {
      for (const global of parts.plan.globalStores) tables.push(await openTable(global, parts))
    } catch (error) {
      for (const { topology } of tables) topology.close()
      await fetcher.close()
      throw error
    }
    const state = new GlobalState(tables, fetcher)
    for (const { inputs } of tables)
      for (const { partition, position } of inputs) fetcher.add(partition, position)
    while (!stopped() && state.#behind) await state.#step()
    return state
  }

  /** Takes what comes, until it is closed. @throws StreamsError what reading or processing it meets. */
  async follow(): Promise<void> {
    while (!this.#closed && this.#tables.length > 0) await this.#step()
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { inputs, topology } of this.#tables) {
      for (const input of inputs) input.release()
      topology.close()
    }
    await this.#fetcher.close()
  }

  get #behind(): boolean {
    return this.#tables.some(({ inputs, ends }) =>
      inputs.some((input) => input.position < (ends.get(input) ?? 0)),
    )
  }

  async #step(): Promise<void> {
    for (const stretch of await this.#fetcher.poll(pollMs)) {
      const table = this.#tables.find(({ byName }) => byName.has(nameOf(stretch)))
      const input = table?.byName.get(nameOf(stretch))
      if (this.#closed || !table || !input) {
        stretch.release()
        continue
      }
      input.add(stretch)
      table.take(input)
    }
  }
}

/** One global store, its processor and its topic. */
class GlobalTable {
  readonly topology: TaskTopology
  readonly inputs: readonly FetchedInput[]
  readonly byName: ReadonlyMap<string, FetchedInput>
  /** Where the partitions ended when they were opened. */
  readonly ends: ReadonlyMap<FetchedInput, number>

  constructor(
    topology: TaskTopology,
    inputs: readonly FetchedInput[],
    ends: ReadonlyMap<FetchedInput, number>,
  ) {
    this.topology = topology
    this.inputs = inputs
    this.byName = new Map(inputs.map((input) => [nameOf(input.partition), input]))
    this.ends = ends
    topology.init()
  }

  take(input: FetchedInput): void {
    const queue = this.topology.inputs.queues[this.inputs.indexOf(input)]!
    this.topology.inputs.added(queue)
    while (this.topology.process());
    this.topology.flush()
  }
}

async function openTable(
  { source, processor, store }: GlobalStore,
  { options, client, clock, hooks }: GlobalStateParts,
): Promise<GlobalTable> {
  const [topic] = source.topics
  const found = topic === undefined ? undefined : (await client.topics([topic])).get(topic)
  if (topic === undefined || !found)
    throw new StreamsError('topic-missing', `no such topic: ${topic}, of global store '${store.name}'`)
  const partitions = Array.from({ length: found.partitions }, (_, partition) => ({ topic, partition }))
  const starts = await client.listOffsets(partitions, 'earliest', 'read_uncommitted')
  const latest = await client.listOffsets(partitions, 'latest', 'read_uncommitted')
  const inputs = starts.map(
    ({ partition, offset }, i) =>
      new FetchedInput({
        partition: { topic, partition },
        internal: false,
        reader: createWasmKernel().reader,
        position: offset,
        end: latest[i]?.offset ?? 0,
      }),
  )
  const task = `global ${store.name}`
  const topology = new TaskTopology({
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
    sender: { partitionsOf: () => 1, send: () => undefined },
    operatorTimes: new Map(),
    emitIntervals: usualEmitIntervals,
    globalStores: new Map(),
    stores: (record) => [
      buildStateStore(store, {
        bytes: new MemoryStore(),
        record,
        changelog: undefined,
        cache: undefined,
        clock,
        task: {
          applicationId: options.applicationId,
          taskId: task,
          partition: 0,
          directory: () => join(options.stateDir, options.applicationId, 'global'),
        },
        expired: () => hooks.emit('dropped', { task, node: store.name, reason: 'expired', count: 1 }),
      }),
    ],
    lag: () => 0,
    dropped: (node, reason) => hooks.emit('dropped', { task, node, reason, count: 1 }),
  })
  return new GlobalTable(topology, inputs, new Map(inputs.map((input, i) => [input, latest[i]?.offset ?? 0])))
}

function nameOf({ topic, partition }: TopicPartition): string {
  return topicPartitionName(topic, partition)
}
