import type { RawRecord } from '../core/record.ts'
import type { GlobalStore } from '../plan/plan.ts'
import { MemoryStore } from '../store/memory-store.ts'
import type { BuiltStore } from '../task/built-store.ts'
import { buildStateStore } from '../task/state-store-builder.ts'
import { RecordRunner } from './record-runner.ts'
import type { RunnerParts } from './runner-parts.ts'

/** The global stores of a topology; each record is in them as soon as it is in their topic. */
export class GlobalStores {
  readonly #stores: readonly { readonly topics: readonly string[]; readonly runner: RecordRunner }[]

  constructor(parts: RunnerParts) {
    this.#stores = parts.plan.globalStores.map((global) => ({
      topics: global.source.topics,
      runner: globalRunner(global, parts),
    }))
  }

  /** Those stores, for operators. */
  get typed(): ReadonlyMap<string, unknown> {
    return new Map(this.built.map(({ spec, typed }) => [spec.name, typed]))
  }

  get built(): readonly BuiltStore[] {
    return this.#stores.flatMap(({ runner }) => runner.stores)
  }

  reads(topic: string): boolean {
    return this.#stores.some(({ topics }) => topics.includes(topic))
  }

  update(raw: RawRecord): void {
    for (const { topics, runner } of this.#stores) {
      if (!topics.includes(raw.topic)) continue
      runner.add(raw)
      while (runner.step()) runner.commit()
    }
  }

  close(): void {
    for (const { runner } of this.#stores) runner.close()
  }
}

/** As Java's driver: bad records are skipped, whatever the options say. */
function globalRunner({ source, processor, store }: GlobalStore, parts: RunnerParts): RecordRunner {
  return new RecordRunner({
    ...parts,
    options: { ...parts.options, deserializationHandler: 'continue', processingHandler: 'fail' },
    taskId: '0_0',
    partition: 0,
    sender: parts.senderOf(0),
    nodes: [source, processor],
    operatorTimes: new Map(),
    globalStores: new Map(),
    stores: (record) => [
      buildStateStore(store, {
        bytes: new MemoryStore(),
        record,
        changelog: undefined,
        cache: undefined,
        clock: parts.clock,
        task: parts.directory.task('global', 0),
        expired: () => parts.dropped(store.name, 'expired'),
      }),
    ],
  })
}
