import { Reader } from './reader.ts'
import { array, int32, nullableBytes, nullableString, string, type Type } from './schema.ts'
import { since, struct } from './struct.ts'
import { Writer } from './writer.ts'

/**
 * What members of a classic group with protocol type `consumer` say to their leader and hear back
 * (ConsumerProtocolSubscription and ConsumerProtocolAssignment, versions 0 to 3): an int16 version, then the fields.
 * A version from the future is read as version 3: fields are only ever added at the end.
 */
export interface ConsumerProtocolSubscription {
  readonly topics: readonly string[]
  readonly userData: Uint8Array | null
  /** From version 1 on: what the member holds (cooperative rebalancing). */
  readonly ownedPartitions: readonly ConsumerProtocolPartitions[]
  /** From version 2 on: the generation in which it got them; -1: unknown. */
  readonly generationId: number
  /** From version 3 on. */
  readonly rackId: string | null
}

export interface ConsumerProtocolPartitions {
  readonly topic: string
  readonly partitions: readonly number[]
}

export interface ConsumerProtocolAssignment {
  readonly assignedPartitions: readonly ConsumerProtocolPartitions[]
  readonly userData: Uint8Array | null
}

export const consumerProtocolVersion = 3

const partitions = array(struct<ConsumerProtocolPartitions>({ topic: string, partitions: array(int32) }))

const subscription = struct<ConsumerProtocolSubscription>({
  topics: array(string),
  userData: nullableBytes,
  ownedPartitions: since(1, partitions, []),
  generationId: since(2, int32, -1),
  rackId: since(3, nullableString, null),
})

const assignment = struct<ConsumerProtocolAssignment>({
  assignedPartitions: partitions,
  userData: nullableBytes,
})

export function encodeSubscription(
  value: ConsumerProtocolSubscription,
  version: number = consumerProtocolVersion,
): Uint8Array {
  return encode(subscription, value, version)
}

/** @throws StreamsError `protocol-malformed` */
export function decodeSubscription(bytes: Uint8Array): ConsumerProtocolSubscription {
  return decode(subscription, bytes, 'ConsumerProtocolSubscription')
}

export function encodeAssignment(
  value: ConsumerProtocolAssignment,
  version: number = consumerProtocolVersion,
): Uint8Array {
  return encode(assignment, value, version)
}

/** @throws StreamsError `protocol-malformed` */
export function decodeAssignment(bytes: Uint8Array): ConsumerProtocolAssignment {
  return decode(assignment, bytes, 'ConsumerProtocolAssignment')
}

function encode<T>(type: Type<T>, value: T, version: number): Uint8Array {
  const writer = new Writer()
  writer.int16(version)
  type.at(version, false).write(writer, value)
  return writer.finish()
}

function decode<T>(type: Type<T>, bytes: Uint8Array, what: string): T {
  const reader = new Reader(bytes, what)
  const version = reader.int16()
  if (version < 0) throw reader.malformed(`version ${version}`)
  const value = type.at(Math.min(version, consumerProtocolVersion), false).read(reader)
  if (version <= consumerProtocolVersion) reader.finish()
  return value
}
