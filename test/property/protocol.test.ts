import fc, { type Arbitrary } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StreamsError } from '../../src/core/errors.ts'
import {
  type AssignmentInfo,
  decodeAssignmentInfo,
  encodeAssignmentInfo,
} from '../../src/protocol/assignment-info.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../src/protocol/consumer-protocol.ts'
import { decodeOffsetMetadata, encodeOffsetMetadata } from '../../src/protocol/offset-metadata.ts'
import { decodeSubscriptionInfo, encodeSubscriptionInfo } from '../../src/protocol/subscription-info.ts'
import { allMessages } from './protocol-messages.ts'

/** One kind of message in one version. */
interface Form {
  readonly name: string
  readonly values: Arbitrary<unknown>
  encode(value: unknown): Uint8Array
  decode(bytes: Uint8Array): unknown
}

const apiForms: Form[] = allMessages.flatMap(({ api, request, response }) =>
  Array.from({ length: api.maxVersion - api.minVersion + 1 }, (_, i) => api.minVersion + i).flatMap((v) => [
    {
      name: `${api.name} v${v} request`,
      values: request(v),
      encode: (value: unknown) => api.encodeRequest(value, v),
      decode: (bytes: Uint8Array) => api.decodeRequest(bytes, v),
    },
    {
      name: `${api.name} v${v} response`,
      values: response(v),
      encode: (value: unknown) => api.encodeResponse(value, v),
      decode: (bytes: Uint8Array) => api.decodeResponse(bytes, v),
    },
  ]),
)

function form<T>(
  name: string,
  values: Arbitrary<T>,
  encode: (value: T) => Uint8Array,
  decode: (bytes: Uint8Array) => T,
): Form {
  return { name, values, encode: encode as Form['encode'], decode }
}

const text = fc.string({ unit: 'binary', maxLength: 12 })
const userData = fc.option(fc.uint8Array({ maxLength: 12 }))
const partitions = fc.array(
  fc.record({ topic: text, partitions: fc.array(fc.integer(), { maxLength: 3 }) }),
  {
    maxLength: 3,
  },
)
const taskId = fc.record({ subtopology: fc.nat(), partition: fc.nat() })
const topicPartitions = fc.array(fc.record({ topic: text, partition: fc.nat() }), { maxLength: 4 })
const hosts = fc.array(fc.record({ host: text, port: fc.nat(), partitions: topicPartitions }), {
  maxLength: 3,
})

const metadataForms: Form[] = [
  form(
    'ConsumerProtocolSubscription',
    fc.record({
      topics: fc.array(text, { maxLength: 3 }),
      userData,
      ownedPartitions: partitions,
      generationId: fc.integer(),
      rackId: fc.option(text),
    }),
    encodeSubscription,
    decodeSubscription,
  ),
  form(
    'ConsumerProtocolAssignment',
    fc.record({ assignedPartitions: partitions, userData }),
    encodeAssignment,
    decodeAssignment,
  ),
  form(
    'SubscriptionInfo',
    fc.record({
      version: fc.constant(11),
      latestSupportedVersion: fc.constant(11),
      processId: fc.uuid(),
      userEndPoint: fc.option(text.filter((endPoint) => endPoint !== '')),
      taskOffsetSums: fc.array(fc.record({ taskId, offsetSum: fc.maxSafeInteger() }), { maxLength: 3 }),
      uniqueField: fc.integer({ min: -128, max: 127 }),
      errorCode: fc.integer(),
      clientTags: fc.dictionary(text, text, { maxKeys: 3 }).map((tags) => new Map(Object.entries(tags))),
    }),
    encodeSubscriptionInfo,
    decodeSubscriptionInfo,
  ),
  form<AssignmentInfo>(
    'AssignmentInfo',
    fc.record({
      version: fc.constant(11),
      commonlySupportedVersion: fc.integer(),
      activeTasks: fc.array(taskId, { maxLength: 3 }),
      standbyTasks: fc.array(fc.record({ taskId, partitions: topicPartitions }), { maxLength: 3 }),
      partitionsByHost: hosts,
      standbyPartitionsByHost: hosts,
      errorCode: fc.integer(),
      nextRebalanceMs: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.maxSafeInteger()),
    }),
    encodeAssignmentInfo,
    decodeAssignmentInfo,
  ),
]

/** Reads bytes that a peer made up: a value, malformed, or of a version that is not supported; all else fails. */
function valueOrMalformed(decode: Form['decode'], bytes: Uint8Array): unknown {
  try {
    return decode(bytes)
  } catch (error) {
    if (StreamsError.is(error, 'protocol-malformed')) return undefined
    if (StreamsError.is(error, 'member-unsupported')) return undefined
    throw error
  }
}

describe.each([...apiForms, ...metadataForms])('$name', ({ values, encode, decode }) => {
  test('what was written is read', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(encode(value))).toEqual(value)
      }),
      { numRuns: 25 },
    )
  })

  test('every truncation is malformed', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(value)
        for (let size = 0; size < bytes.length; size++)
          expect(valueOrMalformed(decode, bytes.subarray(0, size)), `${size}`).toBeUndefined()
      }),
      { numRuns: 5 },
    )
  })

  test('damaged bytes are malformed or another value', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(values, damage, (value, changes) => {
        const bytes = Uint8Array.from(encode(value))
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte
        valueOrMalformed(decode, bytes)
      }),
      { numRuns: 50 },
    )
  })

  test('so are arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        valueOrMalformed(decode, bytes)
      }),
      { numRuns: 50 },
    )
  })
})

test('offset metadata: what was written is read, and anything else can be read too', () => {
  const metadata = fc.record({
    partitionTime: fc.maxSafeInteger(),
    processors: fc
      .dictionary(text, fc.maxSafeInteger(), { maxKeys: 4 })
      .map((entries) => new Map(Object.entries(entries))),
  })
  fc.assert(
    fc.property(metadata, fc.string({ unit: 'binary' }), fc.base64String(), (value, noise, base64) => {
      expect(decodeOffsetMetadata(encodeOffsetMetadata(value))).toEqual(value)
      decodeOffsetMetadata(noise)
      decodeOffsetMetadata(`Ag${base64}`)
    }),
  )
})
