import { expect, test } from 'vitest'
import { StreamsError } from '../../../src/core/errors.ts'
import { resolveOptions, type StreamsOptions } from '../../../src/core/options.ts'

const resolve = (options: Partial<StreamsOptions>) => resolveOptions({ applicationId: 'x', ...options })

test('what is not said of the restore consumer is as the consumer has it, but for its buffer', () => {
  expect(resolve({})).toMatchObject({
    consumer: { maxPartitionFetchBytes: 2 ** 20, fetchBufferBytes: 8 * 2 ** 20, fetchMaxWaitMs: 100 },
    restoreConsumer: { maxPartitionFetchBytes: 2 ** 20, fetchBufferBytes: 16 * 2 ** 20, fetchMaxWaitMs: 100 },
    producer: { bufferMemory: 32 * 2 ** 20 },
    topic: {},
    taskTimeoutMs: 300_000,
    windowChangelogAdditionalRetentionMs: 86_400_000,
  })
  expect(
    resolve({
      consumer: { fetchMaxWait: '1s', maxPartitionFetchBytes: 2 ** 21 },
      restoreConsumer: { maxPartitionFetchBytes: 2 ** 22 },
      topic: { 'min.insync.replicas': 2, 'unclean.leader.election.enable': false },
    }),
  ).toMatchObject({
    consumer: { maxPartitionFetchBytes: 2 ** 21, fetchMaxWaitMs: 1000 },
    restoreConsumer: { maxPartitionFetchBytes: 2 ** 22, fetchMaxWaitMs: 1000 },
    topic: { 'min.insync.replicas': '2', 'unclean.leader.election.enable': 'false' },
  })
})

test('all problems of the groups are told with their paths', () => {
  const wrong = {
    consumer: { fetchMaxWait: 'soon', maxPollRecords: 5 },
    restoreConsumer: { fetchBufferBytes: 1024 },
    producer: { bufferMemory: 1, lingerMs: 5 },
    topic: { 'segment.bytes': {} },
    taskTimeout: -1,
  }
  try {
    resolve(wrong as never)
    expect.unreachable()
  } catch (error) {
    if (!StreamsError.is(error, 'options-invalid')) throw error
    expect(error.message.split('\n')).toEqual([
      expect.stringContaining('taskTimeout: -1 is not'),
      'producer.lingerMs: no such option',
      'producer.bufferMemory: not a whole number of at least 1048576',
      'topic: the value of segment.bytes is neither text, a number nor a boolean',
      expect.stringContaining('consumer.fetchMaxWait: "soon" is not'),
      'consumer.maxPollRecords: no such option',
      expect.stringContaining('restoreConsumer.fetchMaxWait: "soon" is not'),
      'restoreConsumer.maxPollRecords: no such option',
      'restoreConsumer.fetchBufferBytes: less than maxPartitionFetchBytes',
    ])
  }
})
