import type { MetricGroup } from './catalog.ts'
import { counter, gauge } from './catalog-facts.ts'

/** What Java has no name for. */
const own: MetricGroup = {
  'records-total': counter('info', 'Records processed, by where: in the kernel, or one at a time.'),
  'evictions-total': counter('info', 'Rows of regions that memory let go since they are on disk.'),
  'store-reads-total': counter('info', 'Rows of regions that had to be read from disk: misses of memory.'),
  'checkpoints-total': counter('info', 'Checkpoints written.'),
  'checkpoint-age-seconds': gauge(
    'info',
    'Time since the last checkpoint was written, or the task opened, seconds.',
  ),
  'checkpoint-rows': gauge('info', 'Rows in the last checkpoint.'),
  'checkpoint-size-bytes': gauge('info', 'Size of the rows in the last checkpoint, bytes.'),
  'memory-bytes': gauge(
    'info',
    'Memory by owner, bytes: rows of stores, those of them not on disk yet, WebAssembly memory, record cache. What regions hold is in the first three.',
  ),
  'memory-limit-bytes': gauge('info', 'What the owner may take in the whole process, bytes.'),
  'state-disk-bytes': gauge('info', 'Size of the disk that the state directory is on, bytes.'),
  'state-disk-used-bytes': gauge('info', 'What is used of that disk, by anybody, bytes.'),
  'state-disk-used-ratio': gauge('info', 'What is used of that disk of what may be used, from 0 to 1.'),
}

export const millraceMetrics: Readonly<Record<string, MetricGroup>> = {
  'millrace-metrics': Object.fromEntries(
    Object.entries(own).map(([name, facts]) => [name, { ...facts, ours: true }]),
  ),
}
