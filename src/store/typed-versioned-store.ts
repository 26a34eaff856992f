import type { Serde } from '../serde/serde.ts'
import { mapIterator } from './iterators.ts'
import type { StoreIterator, VersionedKeyValueStore, VersionedRecord } from './state-stores.ts'
import { checkKey } from './typed-store.ts'
import type { Version, VersionedBytesStore } from './versioned-store.ts'

export interface TypedVersionedStoreParts {
  readonly name: string
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  readonly bytes: VersionedBytesStore
}

/** A versioned store as operators and processors see it (Java's MeteredVersionedKeyValueStore). */
export class TypedVersionedStore implements VersionedKeyValueStore<unknown, unknown> {
  readonly #parts: TypedVersionedStoreParts

  constructor(parts: TypedVersionedStoreParts) {
    this.#parts = parts
  }

  put(key: unknown, value: unknown, timestamp: number): number {
    const { bytes, valueSerde } = this.#parts
    return bytes.put(this.#bytesOf(key), value === null ? null : valueSerde.serialize(value), timestamp)
  }

  delete(key: unknown, timestamp: number): VersionedRecord<unknown> | undefined {
    return this.#record(this.#parts.bytes.delete(this.#bytesOf(key), timestamp))
  }

  get(key: unknown, asOf?: number): VersionedRecord<unknown> | undefined {
    return this.#record(this.#parts.bytes.get(this.#bytesOf(key), asOf))
  }

  /** Every version of every key, by key and time. */
  versions(): StoreIterator<VersionedRecord<unknown> & { readonly key: unknown }> {
    const { bytes, keySerde, valueSerde } = this.#parts
    return mapIterator(bytes.entries(), ({ key, value, timestamp, validTo }) => ({
      key: keySerde.deserialize(key),
      value: valueSerde.deserialize(value),
      timestamp,
      ...(validTo !== undefined && { validTo }),
    }))
  }

  /** Java's typed store does not say when a version ended. */
  #record(version: Version | undefined): VersionedRecord<unknown> | undefined {
    if (!version) return undefined
    return { value: this.#parts.valueSerde.deserialize(version.value), timestamp: version.timestamp }
  }

  #bytesOf(key: unknown): Uint8Array {
    checkKey(this.#parts.name, key)
    return this.#parts.keySerde.serialize(key)
  }
}
