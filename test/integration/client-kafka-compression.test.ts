import { gzipSync } from 'node:zlib'
import { afterEach, beforeAll, expect, inject, test } from 'vitest'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { crc32c } from '../../src/protocol/record-batch/crc32c.ts'
import { encodeBatch } from '../../src/protocol/record-batch/encode.ts'
import { batchCrcFrom, batchField, batchHeaderSize } from '../../src/protocol/record-batch/header.ts'
import { Harness, recordTime } from '../unit/client/suite/harness.ts'

const harness = new Harness(async () => ({
  client: () =>
    createKafkaClient(
      { brokers: inject('kafkaBrokers'), clientId: 'compression' },
      { clock: systemClock, logger: silentLogger, hooks: new Hooks() },
    ),
  dispose: async () => {},
}))
beforeAll(() => harness.start())
afterEach(() => harness.reset())

test('a batch that is compressed in the log is read uncompressed', async () => {
  const topic = await harness.topic()
  const producer = await harness.producer()
  const values = Array.from({ length: 100 }, (_, i) => `value ${i}`)
  const batch = encodeBatch(
    values.map((value) => ({ timestamp: recordTime, key: null, value: utf8(value) })),
    {
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      sequence: producer.reserve(topic, 0, 100),
    },
  )
  producer.send(topic, 0, gzipped(batch))
  await producer.flush()
  const { values: read } = await harness.read(topic, 0, 100)
  expect(read).toEqual(values)
})

function gzipped(batch: Uint8Array): Uint8Array {
  const bytes = Buffer.concat([batch.subarray(0, batchHeaderSize), gzipSync(batch.subarray(batchHeaderSize))])
  bytes.writeInt32BE(bytes.length - 12, batchField.batchLength)
  bytes.writeInt16BE(1, batchField.attributes)
  bytes.writeUInt32BE(crc32c(bytes, batchCrcFrom, bytes.length), batchField.crc)
  return bytes
}
