import { StreamsError } from '../core/errors.ts'
import { Reader } from './reader.ts'
import { utf8Size, Writer } from './writer.ts'

/**
 * What Kafka Streams commits along with an input offset (Java's TopicPartitionMetadata): the partition's stream time
 * and what processors want to find again after a restart. Base64 of a version byte, the time, and the processors' map.
 */
export interface OffsetMetadata {
  /** Epoch milliseconds; -1: unknown. */
  readonly partitionTime: number
  readonly processors: ReadonlyMap<string, number>
}

const timeOnly = 1
const latest = 2
const unknownTime = -1

export function encodeOffsetMetadata({ partitionTime, processors }: OffsetMetadata): string {
  const writer = new Writer()
  writer.int8(latest)
  writer.int64(partitionTime)
  if (processors.size > 0) {
    writer.int32(processors.size)
    for (const [key, value] of processors) {
      const size = utf8Size(key)
      writer.int32(size)
      writer.utf8(key, size)
      writer.int64(value)
    }
  }
  return Buffer.from(writer.finish()).toString('base64')
}

/**
 * Never throws: like Java, it takes what it can read of metadata that someone else committed, and
 * `{ partitionTime: -1, processors: empty }` for the rest.
 */
export function decodeOffsetMetadata(text: string): OffsetMetadata {
  let partitionTime = unknownTime
  let processors: ReadonlyMap<string, number> = new Map()
  try {
    const reader = new Reader(base64(text), 'offset metadata')
    const version = reader.int8()
    if (version === timeOnly || version === latest) partitionTime = reader.int64()
    if (version === latest && reader.remaining > 0) processors = readProcessors(reader)
  } catch (error) {
    if (!StreamsError.is(error, 'protocol-malformed')) throw error
  }
  return { partitionTime, processors }
}

function readProcessors(reader: Reader): ReadonlyMap<string, number> {
  const processors = new Map<string, number>()
  for (let count = reader.count(reader.int32()); count > 0; count--) {
    const key = reader.utf8(reader.int32())
    processors.set(key, reader.int64())
  }
  return processors
}

/** Node skips what is not base64; Java refuses it. */
function base64(text: string): Uint8Array {
  const digits = text.replace(/={1,2}$/, '')
  const padded = digits.length !== text.length
  if (/^[A-Za-z0-9+/]*$/.test(digits) && digits.length % 4 !== 1 && (!padded || text.length % 4 === 0))
    return Buffer.from(digits, 'base64')
  throw new StreamsError('protocol-malformed', 'offset metadata is not base64')
}
