import { concatBytes } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import { int32 } from './scalars.ts'
import type { Serde } from './serde.ts'

/** Who subscribed to what in a foreign-key join. */
export interface CombinedKey {
  readonly foreignKey: unknown
  readonly primaryKey: unknown
}

/** Java's CombinedKeySchema: `int32 length of the foreign key | foreign key | primary key`. */
export interface CombinedKeySerde extends Serde<CombinedKey> {
  /** What the bytes of all subscriptions to a foreign key begin with, and no others. */
  prefix(foreignKey: unknown): Uint8Array
}

export function combinedKey(
  foreignKeySerde: Serde<unknown>,
  primaryKeySerde: Serde<unknown>,
): CombinedKeySerde {
  const prefix = (foreignKey: unknown): Uint8Array => {
    const bytes = foreignKeySerde.serialize(foreignKey)
    return concatBytes([int32.serialize(bytes.length), bytes])
  }
  return {
    name: `combinedKey(${foreignKeySerde.name},${primaryKeySerde.name})`,
    prefix,
    serialize: ({ foreignKey, primaryKey }) =>
      concatBytes([prefix(foreignKey), primaryKeySerde.serialize(primaryKey)]),
    deserialize(bytes) {
      const end =
        lengthBytes + (bytes.length < lengthBytes ? -1 : int32.deserialize(bytes.subarray(0, lengthBytes)))
      if (end < lengthBytes || end > bytes.length)
        throw new StreamsError('deserialization', `combinedKey: ${bytes.length} bytes hold no foreign key`)
      return {
        foreignKey: foreignKeySerde.deserialize(bytes.subarray(lengthBytes, end)),
        primaryKey: primaryKeySerde.deserialize(bytes.subarray(end)),
      }
    },
  }
}

const lengthBytes = 4
