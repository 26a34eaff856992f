import type { MetricGroup } from './catalog.ts'
import { avgAndMax, counter, gauge, minimum, ours, rateAndTotal } from './catalog-facts.ts'

const endToEnd =
  'end-to-end latency of a record: the time when it has been processed less its timestamp, ms; of the newest record of each stretch'

/** Of tasks, their source nodes and topics: Java's TaskMetrics, ProcessorNodeMetrics, TopicMetrics, and the consumer's lag. */
export const taskMetrics: Readonly<Record<string, MetricGroup>> = {
  'stream-task-metrics': {
    'active-process-ratio': gauge('info', 'The ratio of the time the thread spent on processing this task.'),
    ...rateAndTotal('dropped-records', 'info', 'dropped records'),
    'restore-remaining-records-total': gauge(
      'info',
      'The number of changelog offsets that are still to be restored.',
    ),
    ...avgAndMax('process-latency', 'debug', 'time to process a record, ms'),
    ...rateAndTotal('process', 'debug', 'records processed'),
    ...avgAndMax('punctuate-latency', 'debug', 'time of the punctuations that are due together, ms'),
    ...rateAndTotal('punctuate', 'debug', 'punctuations'),
    ...rateAndTotal('restore', 'debug', 'records restored'),
    ...rateAndTotal('update', 'debug', 'records by which a standby was updated'),
    'active-buffer-count': gauge(
      'debug',
      'The number of offsets that were fetched and are not processed yet.',
    ),
    'cache-size-bytes-total': gauge('debug', 'The size of the record cache of the task, bytes.'),
  },
  'stream-processor-node-metrics': {
    ...avgAndMax('record-e2e-latency', 'info', endToEnd),
    ...minimum('record-e2e-latency', 'info', endToEnd),
    ...rateAndTotal('process', 'debug', 'records that the source node took'),
  },
  'stream-topic-metrics': {
    'records-consumed-total': counter('info', 'The total number of records consumed from this topic.'),
    'bytes-consumed-total': counter(
      'info',
      'The total size of the record batches consumed from this topic, uncompressed, bytes.',
    ),
    'records-produced-total': counter('info', 'The total number of records produced to this topic.'),
    'bytes-produced-total': counter(
      'info',
      'The total size of the record batches produced to this topic, uncompressed, bytes.',
    ),
  },
  'consumer-fetch-manager-metrics': {
    'records-lag': ours(
      gauge('info', 'How many offsets the end of the partition is ahead of what was processed.'),
    ),
  },
}
