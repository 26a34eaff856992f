import type { StoreSpec } from '../plan/store-spec.ts'
import type { BuiltStore, StoreEntry } from '../task/built-store.ts'

/** A store, whatever its kind, with its content. */
export interface TestStore {
  readonly name: string
  readonly kind: StoreSpec['kind']
  readonly spec: StoreSpec
  /** The store as operators have it (`KeyValueStore`, `WindowStore` ...), by partition; global ones have one. */
  readonly stores: readonly unknown[]
  /** All it holds, in its own order; expired entries are left out. */
  entries(): readonly StoreEntry[]
  /** Of a buffer: how full it is. */
  readonly buffer: BuiltStore['buffer']
}

/** @param partitions the store of each task that has it, in order. */
export function testStore(partitions: readonly BuiltStore[]): TestStore {
  const [{ spec, buffer }] = partitions as [BuiltStore]
  return {
    name: spec.name,
    kind: spec.kind,
    spec,
    stores: partitions.map(({ typed }) => typed),
    entries: () => partitions.flatMap((built) => [...built.entries()]),
    buffer,
  }
}
