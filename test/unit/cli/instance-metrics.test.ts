import { expect, test } from 'vitest'
import { ratesIn } from '../../../src/cli/instance-metrics.ts'
import { samplesOf } from '../../../src/cli/prometheus-samples.ts'

test('samples of a scrape are read with their labels', () => {
  const text = `# HELP a_total What it is.
# TYPE a_total counter
a_total{x="one \\"1\\"",y="back\\\\slash\\nline"} 5
plain 1.5e3
inf +Inf
none NaN
no sample at all
`
  expect(samplesOf(text)).toEqual([
    { name: 'a_total', labels: { x: 'one "1"', y: 'back\\slash\nline' }, value: 5 },
    { name: 'plain', labels: {}, value: 1500 },
    { name: 'inf', labels: {}, value: Number.POSITIVE_INFINITY },
    { name: 'none', labels: {}, value: Number.NaN },
  ])
})

test('rates of threads and tasks are found; what has no value yet is left open', () => {
  const text = `kafka_streams_process_rate{thread_id="t1"} 1000
kafka_streams_commit_rate{thread_id="t1"} 1
kafka_streams_commit_latency_avg{thread_id="t1"} NaN
kafka_streams_task_dropped_records_rate{thread_id="t1",task_id="0_10"} 0
kafka_streams_task_restore_remaining_records_total{thread_id="t1",task_id="0_2"} 7
kafka_streams_task_active_process_ratio{thread_id="t1",task_id="0_2"} 0.25
`
  expect(ratesIn(samplesOf(text))).toEqual({
    threads: [{ thread: 't1', processed: 1000, commits: 1, commitMs: undefined }],
    tasks: [
      { task: '0_2', thread: 't1', busy: 0.25, restoring: 7 },
      { task: '0_10', thread: 't1', dropped: 0 },
    ],
  })
})
