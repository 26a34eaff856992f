import type { MetricGroup } from './catalog.ts'
import { avgAndMax, counter, gauge, ours, rateAndTotal, text } from './catalog-facts.ts'

function partOfTime(what: string): MetricGroup[string] {
  return gauge('info', `The ratio, over a rolling window, of the time this thread spent ${what}.`)
}

/** Of a stream thread: Java's ThreadMetrics. */
export const threadMetrics: MetricGroup = {
  ...avgAndMax('commit-latency', 'info', 'time of a commit, ms'),
  ...rateAndTotal('commit', 'info', 'commits'),
  ...avgAndMax('poll-latency', 'info', 'time of a poll for records, ms'),
  ...rateAndTotal('poll', 'info', 'polls for records'),
  ...avgAndMax('poll-records', 'info', 'number of offsets that a poll brought records of'),
  ...avgAndMax('process-latency', 'info', 'time to process a record, ms'),
  ...avgAndMax('process-records', 'info', 'number of records processed between two polls'),
  ...rateAndTotal('process', 'info', 'records processed'),
  ...avgAndMax('punctuate-latency', 'info', 'time of the punctuations that are due together, ms'),
  ...rateAndTotal('punctuate', 'info', 'punctuations'),
  'process-ratio': partOfTime('processing active tasks'),
  'punctuate-ratio': partOfTime('punctuating active tasks'),
  'poll-ratio': partOfTime('polling for records'),
  'commit-ratio': partOfTime('committing'),
  ...rateAndTotal('task-created', 'info', 'tasks opened'),
  ...rateAndTotal('task-closed', 'info', 'tasks closed'),
  'blocked-time-ns-total': counter('info', 'The total time the thread waited for Kafka, nanoseconds.'),
  'thread-start-time': gauge('info', 'When the thread was started, ms since the epoch.'),
  state: text('The state of the thread.'),
  'thread-state': gauge(
    'info',
    'The state of the thread as a number: 0 created, 2 rebalancing, 4 running, 5 stopping.',
  ),
  'restore-time-total': ours(
    counter('info', 'The total time during which tasks that are to run were restored, seconds.'),
  ),
}
