import { getInt64 } from '../core/bytes.ts'
import type { DropReason } from '../core/hooks.ts'
import type { ResolvedOptions } from '../core/options.ts'
import { forEachRow } from '../core/packed-rows.ts'
import { noHeaders, type RawRecord } from '../core/record.ts'
import { taskName } from '../core/task-id.ts'
import type { Clock } from '../core/time/clock.ts'
import type { LoweredRegion } from '../plan/lower.ts'
import type { Subtopology } from '../plan/subtopology.ts'
import { encodeBatch } from '../protocol/record-batch/encode.ts'
import { MemoryStore } from '../store/memory-store.ts'
import type { KeyValueStore, ValueAndTimestamp, WindowStore } from '../store/state-stores.ts'
import type { StoreTask } from '../store/store-directory.ts'
import type { BuiltStore } from '../task/built-store.ts'
import { buildRegionTask } from '../task/region-task-builder.ts'
import { buildStateStore } from '../task/state-store-builder.ts'
import { type CapturedRecord, CapturingProducer } from './capturing-producer.ts'
import type { TestDirectory } from './test-directory.ts'
import type { TestRunner } from './test-runner.ts'

export interface RegionRunnerParts {
  readonly options: ResolvedOptions
  readonly subtopology: Subtopology
  readonly lowered: LoweredRegion
  readonly clock: Clock
  readonly directory: TestDirectory
  captured(record: CapturedRecord): void
  dropped(node: string, reason: DropReason, count: number): void
}

interface Row {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** Runs a topology that is one region of the kernel. */
export class RegionRunner implements TestRunner {
  readonly #parts: RegionRunnerParts
  readonly #task: ReturnType<typeof buildRegionTask>
  readonly #waiting: RawRecord[] = []
  /** The table's rows by space and key, as far as the kernel has handed them out. */
  readonly #rows = new Map<string, Map<string, Row>>()

  constructor(parts: RegionRunnerParts) {
    this.#parts = parts
    const { options, subtopology, lowered, captured, dropped } = parts
    const { topics } = lowered.source
    this.#task = buildRegionTask(
      {
        id: { subtopology: subtopology.id, partition: 0 },
        inputs: [
          {
            partition: { topic: topics[0]!, partition: 0 },
            source: lowered.source.name,
            internal: lowered.source.internal,
            position: 0,
            end: 0,
            partitionTime: -1,
          },
        ],
        subtopology,
        bytes: new MemoryStore(),
        storeTask: this.#storeTask,
        producer: new CapturingProducer(captured),
        partitionsOf: () => 1,
        options,
        operatorTimes: new Map(),
        globalStores: new Map(),
        clock: parts.clock,
        cache: undefined,
        dropped,
      },
      lowered,
    )
  }

  add(raw: RawRecord): void {
    this.#waiting.push(raw)
  }

  step(): boolean {
    const raw = this.#waiting.shift()
    if (!raw) return false
    const { inputs, processor, collector } = this.#task
    const { topic, partition, offset } = raw
    const end = offset + 1
    inputs[0]!.add({
      topic,
      partition,
      offset,
      nextOffset: end,
      highWatermark: end,
      lastStableOffset: end,
      runs: [encodeBatch([raw], { baseOffset: offset })],
      release: () => {},
    })
    while (processor.ready(0)) processor.process()
    collector.flush()
    return true
  }

  punctuateWallClock(): void {}

  commit(): void {
    const { processor, collector, stores } = this.#task
    processor.flush()
    collector.flush()
    processor.committed()
    for (const { state } of stores.values()) for (const space of state.expire()) this.#rows.delete(space)
  }

  /** Copies: what is put into them, or later into the table, is not seen on the other side. */
  get stores(): readonly BuiltStore[] {
    const { store: spec } = this.#parts.lowered
    const built = buildStateStore(spec, {
      bytes: new MemoryStore(),
      record: { metadata: undefined, timestamp: 0, headers: noHeaders },
      changelog: undefined,
      cache: undefined,
      clock: this.#parts.clock,
      task: this.#storeTask,
    })
    for (const row of this.#currentRows()) {
      const { key, start, value } = decodeRow(row, spec.kind === 'window')
      const typedKey = spec.keySerde.deserialize(key)
      if (spec.kind === 'window')
        (built.typed as WindowStore<unknown, ValueAndTimestamp<number>>).put(typedKey, value, start)
      else (built.typed as KeyValueStore<unknown, ValueAndTimestamp<number>>).put(typedKey, value)
    }
    return [built]
  }

  close(): void {}

  get #storeTask(): StoreTask {
    const { directory, subtopology } = this.#parts
    return directory.task(taskName({ subtopology: subtopology.id, partition: 0 }), 0)
  }

  #currentRows(): Row[] {
    for (const { state } of this.#task.stores.values()) {
      for (const { space, rows } of state.snapshot()) {
        const known = this.#rows.get(space) ?? new Map<string, Row>()
        this.#rows.set(space, known)
        forEachRow(rows, (key, value) => {
          const text = Buffer.from(key).toString('latin1')
          if (value) known.set(text, { key: key.slice(), value: value.slice() })
          else known.delete(text)
        })
      }
      state.acknowledge()
    }
    return [...this.#rows.values()].flatMap((rows) => [...rows.values()])
  }
}

/** As the kernel lays rows out: `window start int64 | key` and `timestamp int64 | count int64`. */
function decodeRow(
  { key, value }: Row,
  windowed: boolean,
): { readonly key: Uint8Array; readonly start: number; readonly value: ValueAndTimestamp<number> } {
  return {
    key: windowed ? key.subarray(8) : key,
    start: windowed ? int64(key, 0) : 0,
    value: { timestamp: int64(value, 0), value: int64(value, 8) },
  }
}

function int64(bytes: Uint8Array, at: number): number {
  return getInt64(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at)
}
