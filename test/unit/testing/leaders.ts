import { utf8, utf8Text } from '../../../src/core/bytes.ts'
import { type CustomStoreOptions, customStore } from '../../../src/dsl/custom-store.ts'
import { type ProcessorTopology, processorTopology } from '../../../src/dsl/processor-topology.ts'
import { topic } from '../../../src/dsl/topic.ts'
import type { Topology } from '../../../src/dsl/topology.ts'
import type { Processor, StoreToken } from '../../../src/plan/processor-spec.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import type { CustomStoreContext, LoggedStore } from '../../../src/store/custom-store.ts'

export const scores: ReturnType<typeof scoreTopic> = scoreTopic('scores')
export const leader = topic('leader', { key: string, value: string })

function scoreTopic(name: string) {
  return topic(name, { key: string, value: long })
}

/** The players with most points, in their order: what no built-in store can say without reading all of it. */
export interface Leaders {
  add(player: string, points: number): void
  /** `ann 3, bob 1` */
  readonly table: string
}

/** Keeps all in the heap. */
export class HeapLeaders implements Leaders, LoggedStore {
  readonly context: CustomStoreContext
  readonly #points = new Map<string, number>()

  constructor(context: CustomStoreContext) {
    this.context = context
  }

  add(player: string, points: number): void {
    const total = (this.#points.get(player) ?? 0) + points
    this.#points.set(player, total)
    this.context.log(utf8(player), utf8(String(total)))
  }

  get table(): string {
    return tableOf(this.#points)
  }

  restore(key: Uint8Array, value: Uint8Array | null): void {
    if (value) this.#points.set(utf8Text(key), Number(utf8Text(value)))
    else this.#points.delete(utf8Text(key))
  }
}

/** Keeps all in rows. */
export class RowLeaders implements Leaders, LoggedStore {
  readonly context: CustomStoreContext

  constructor(context: CustomStoreContext) {
    this.context = context
  }

  add(player: string, points: number): void {
    const { rows, log } = this.context
    const key = utf8(player)
    const before = rows.get(key)
    const total = utf8(String((before ? Number(utf8Text(before)) : 0) + points))
    rows.put(key, total)
    log(key, total)
  }

  get table(): string {
    const rows = Array.from(
      this.context.rows.range(),
      ([key, value]) => [utf8Text(key), utf8Text(value)] as const,
    )
    return tableOf(rows.map(([player, points]) => [player, Number(points)] as const))
  }

  restore(key: Uint8Array, value: Uint8Array | null): void {
    this.context.rows.put(key, value)
  }
}

function tableOf(points: Iterable<readonly [string, number]>): string {
  const order = [...points].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  return order.map(([player, total]) => `${player} ${total}`).join(', ')
}

type Options = Omit<CustomStoreOptions<Leaders>, 'build'>

export function heapLeaders(options: Options = {}): StoreToken<HeapLeaders> {
  return customStore('leaders', { ...options, build: (context) => new HeapLeaders(context) })
}

export function rowLeaders(options: Options = {}): StoreToken<RowLeaders> {
  return customStore('leaders', { kind: 'lmdb', ...options, build: (context) => new RowLeaders(context) })
}

/** Adds each score, and writes the table as it is then. */
export function adding(store: StoreToken<Leaders>): Processor<string, number, string, string> {
  return {
    process(record, context) {
      const leaders = context.store(store)
      leaders.add(record.key, record.value)
      return { ...record, value: leaders.table }
    },
  }
}

export function wired(build: (t: ProcessorTopology) => void): Topology {
  return processorTopology(import.meta.url, build)
}

export function leading(store: StoreToken<Leaders>): Topology {
  return wired((t) => {
    t.addSource('S', scores)
      .addProcessor('P', adding(store), { parents: 'S', stores: [store] })
      .addSink('K', leader, { parents: 'P' })
  })
}

/** A processor that hands its records to `take`. */
function taking<S>(
  store: StoreToken<S>,
  take: (store: S, value: number) => void,
): Processor<string, number, string, number> {
  return {
    process(record, context) {
      take(context.store(store), record.value)
      return undefined
    },
  }
}

export function processing<S>(store: StoreToken<S>, take: (store: S, value: number) => void): Topology {
  return wired((t) => {
    t.addSource('S', scores).addProcessor('P', taking(store, take), { parents: 'S', stores: [store] })
  })
}
