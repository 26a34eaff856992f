import { concatBytes } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import { int32 } from './scalars.ts'
import type { Serde } from './serde.ts'

/** What the left side of a foreign-key join asks of the right one; the position is the byte on the wire. */
const instructions = [
  /** Unsubscribe, and do not answer. */
  'delete-key-no-propagate',
  /** Unsubscribe, and answer with null. */
  'delete-key-and-propagate',
  /** Subscribe, and answer with the value there is, or with null. */
  'propagate-null-if-no-fk-val-available',
  /** Subscribe, and answer if there is a value. */
  'propagate-only-if-fk-val-available',
] as const

export type SubscriptionInstruction = (typeof instructions)[number]

/** A row of the left table that waits for a row of the right one (Java's SubscriptionWrapper). */
export interface Subscription {
  /** Murmur3 of the left value's bytes, by which an answer that comes too late is known; null if the row was deleted. */
  readonly hash: Uint8Array | null
  readonly instruction: SubscriptionInstruction
  readonly primaryKey: unknown
  /** Where the answer goes; null if the sender is older than Kafka Streams 3.4. */
  readonly primaryPartition: number | null
}

/** What the right side of a foreign-key join answers (Java's SubscriptionResponseWrapper). */
export interface SubscriptionResponse {
  /** Of the subscription. */
  readonly hash: Uint8Array | null
  readonly foreignValue: unknown
  /** Chooses the partition; it is not on the wire, and null when read. */
  readonly primaryPartition: number | null
}

const partitionBytes = 4

/** Java's SubscriptionWrapperSerde: `version and hash | instruction byte | primary key | int32 partition`, without the last in version 0. */
export function subscription(primaryKeySerde: Serde<unknown>): Serde<Subscription> {
  return {
    name: `subscription(${primaryKeySerde.name})`,
    serialize({ hash, instruction, primaryKey, primaryPartition }) {
      const version = primaryPartition === null ? 0 : 1
      return concatBytes([
        ...hashed(version, hash, [Uint8Array.of(instructions.indexOf(instruction))]),
        primaryKeySerde.serialize(primaryKey),
        ...(primaryPartition === null ? [] : [int32.serialize(primaryPartition)]),
      ])
    },
    deserialize(bytes) {
      const { version, hash, between, rest } = readHashed(bytes, 1, 'subscription')
      const instruction = instructions[between[0]!]
      const keyEnd = rest.length - (version === 0 ? 0 : partitionBytes)
      if (version > 1 || keyEnd < 0 || instruction === undefined) throw malformed('subscription', bytes)
      return {
        hash,
        instruction,
        primaryKey: primaryKeySerde.deserialize(rest.subarray(0, keyEnd)),
        primaryPartition: version === 0 ? null : int32.deserialize(rest.subarray(keyEnd)),
      }
    },
  }
}

/** Java's SubscriptionResponseWrapperSerde: `version and hash | value`. A value of no bytes reads as null. */
export function subscriptionResponse(foreignValueSerde: Serde<unknown>): Serde<SubscriptionResponse> {
  return {
    name: `subscriptionResponse(${foreignValueSerde.name})`,
    serialize({ hash, foreignValue }) {
      const value = foreignValue === null ? [] : [foreignValueSerde.serialize(foreignValue)]
      return concatBytes([...hashed(0, hash, []), ...value])
    },
    deserialize(bytes) {
      const { version, hash, rest } = readHashed(bytes, 0, 'subscriptionResponse')
      if (version !== 0) throw malformed('subscriptionResponse', bytes)
      const foreignValue = rest.length === 0 ? null : foreignValueSerde.deserialize(rest)
      return { hash, foreignValue, primaryPartition: null }
    },
  }
}

const noHash = 0x80
const hashBytes = 16

/** The version with a bit for the absence of a hash, what comes between, and the hash. */
function hashed(version: number, hash: Uint8Array | null, between: readonly Uint8Array[]): Uint8Array[] {
  return [Uint8Array.of(hash ? version : version | noHash), ...between, ...(hash ? [hash] : [])]
}

interface Hashed {
  readonly version: number
  readonly between: Uint8Array
  readonly hash: Uint8Array | null
  readonly rest: Uint8Array
}

function readHashed(bytes: Uint8Array, betweenBytes: number, serde: string): Hashed {
  const first = bytes[0] ?? 0
  const hashAt = 1 + betweenBytes
  const restAt = hashAt + (first & noHash ? 0 : hashBytes)
  if (restAt > bytes.length) throw malformed(serde, bytes)
  return {
    version: first & ~noHash,
    between: bytes.subarray(1, hashAt),
    hash: first & noHash ? null : new Uint8Array(bytes.subarray(hashAt, restAt)),
    rest: bytes.subarray(restAt),
  }
}

function malformed(serde: string, bytes: Uint8Array): StreamsError {
  return new StreamsError(
    'deserialization',
    `${serde}: ${bytes.length} bytes are cut off, or of another version: ${[...bytes.subarray(0, 2)].join(' ')}`,
  )
}
