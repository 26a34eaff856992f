import { increments, int64Of, lastOnes, outputs } from './output-check.ts'
import type { Pipeline } from './run.ts'

function clicksOf(value: Buffer): number {
  return (JSON.parse(value.toString()) as { clicks: number }).clicks
}

export const pipelines: Readonly<Record<string, Pipeline>> = {
  'windowed-count': {
    what: 'a count over five-minute windows, every update emitted, in the kernel',
    topology: 'windowed-count',
    kernel: 'auto',
    records: 5_000_000,
    check: () => increments(int64Of),
  },
  'windowed-count-record-at-a-time': {
    what: 'the same in JavaScript',
    topology: 'windowed-count',
    kernel: 'off',
    records: 5_000_000,
    check: () => increments(int64Of),
  },
  count: {
    what: 'a count without windows, every update emitted, in the kernel',
    topology: 'count',
    kernel: 'auto',
    records: 5_000_000,
    check: () => increments(int64Of),
  },
  'count-record-at-a-time': {
    what: 'the same in JavaScript',
    topology: 'count',
    kernel: 'off',
    records: 1_000_000,
    check: () => increments(int64Of),
  },
  'cached-count': {
    what: 'a count without windows behind the record cache',
    topology: 'cached-count',
    kernel: 'auto',
    records: 1_000_000,
    check: () => lastOnes(int64Of),
  },
  'map-filter': {
    what: 'filter and mapValues by functions, no state',
    topology: 'map-filter',
    kernel: 'auto',
    records: 2_000_000,
    check: () => outputs((input) => Math.ceil(input / 2)),
  },
  aggregate: {
    what: 'an aggregate by functions, as JSON, every update emitted',
    topology: 'aggregate',
    kernel: 'auto',
    records: 1_000_000,
    check: () => increments(clicksOf),
  },
  'session-count': {
    what: 'a count over sessions of five minutes, every update emitted',
    topology: 'session-count',
    kernel: 'auto',
    records: 1_000_000,
    check: () => lastOnes(int64Of),
  },
  'stream-table-join': {
    what: 'clicks joined with a table of 100,000 users',
    topology: 'stream-table-join',
    kernel: 'auto',
    records: 1_000_000,
    users: true,
    check: () => outputs((input) => input),
  },
}
