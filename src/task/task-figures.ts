import type { Tell } from '../metrics/registry.ts'
import { isOnDisk } from '../plan/store-spec.ts'
import type { CheckpointProgress } from './checkpoint-progress.ts'
import { storeTags } from './metered-store.ts'
import type { StreamTaskParts } from './stream-task.ts'

const ours = 'millrace-metrics'

/** Figures that a task keeps anyway, told when somebody looks. */
export function tellTask(
  parts: StreamTaskParts,
  restored: boolean,
  checkpoint: CheckpointProgress,
  tell: Tell,
): void {
  if (!parts.meters.standby) {
    tellRestoring(parts, restored, tell)
    tellInputs(parts, tell)
    tellOutputs(parts, tell)
  }
  tellMemory(parts, tell)
  tellStores(parts, tell)
  checkpoint.tell(tell)
}

function tellRestoring({ changelogs }: StreamTaskParts, restored: boolean, tell: Tell): void {
  const remaining = changelogs.reduce((sum, { next, end }) => sum + Math.max(0, end - next), 0)
  tell('stream-task-metrics', 'restore-remaining-records-total', restored ? 0 : remaining)
}

function tellInputs({ inputs, processor }: StreamTaskParts, tell: Tell): void {
  let buffered = 0
  let records = 0
  for (const input of inputs) {
    const { topic, partition } = input.partition
    const position = processor.position(input)
    const node = { 'processor-node-id': input.source ?? '', topic }
    tell('stream-topic-metrics', 'records-consumed-total', input.records, node)
    tell('stream-topic-metrics', 'bytes-consumed-total', input.bytes, node)
    const lag = Math.max(0, input.end - position)
    tell('consumer-fetch-manager-metrics', 'records-lag', lag, { topic, partition: String(partition) })
    buffered += Math.max(0, input.fetched - position)
    records += input.records
  }
  tell('stream-task-metrics', 'active-buffer-count', buffered)
  const { counters } = processor
  tell(ours, 'records-total', records, { mode: counters ? 'kernel' : 'record' })
  if (!counters) return
  tell(ours, 'evictions-total', counters.evicted)
  tell(ours, 'store-reads-total', counters.diskReads)
}

function tellOutputs({ collector }: StreamTaskParts, tell: Tell): void {
  for (const { topic, node, records, bytes } of collector.produced) {
    const tags = { 'processor-node-id': node, topic }
    tell('stream-topic-metrics', 'records-produced-total', records, tags)
    tell('stream-topic-metrics', 'bytes-produced-total', bytes, tags)
  }
}

/** What is on disk, and what will be, or is in memory for good. */
function tellStores({ state, stores }: StreamTaskParts, tell: Tell): void {
  for (const { store, rows, diskBytes, memoryBytes, dirtyBytes } of state.storeSizes()) {
    const spec = stores.get(store)?.queried.spec
    if (!spec) continue
    const bytes = isOnDisk(spec) ? diskBytes + dirtyBytes : memoryBytes
    tell('stream-state-metrics', 'store-size-bytes', bytes, storeTags(spec))
    if (!isOnDisk(spec)) tell('stream-state-metrics', 'num-keys', rows, storeTags(spec))
  }
}

function tellMemory({ state, kernelBytes, cache }: StreamTaskParts, tell: Tell): void {
  tell(ours, 'memory-bytes', state.memoryBytes, { owner: 'state' })
  tell(ours, 'memory-bytes', state.dirtyBytes, { owner: 'unsaved-state' })
  tell(ours, 'memory-bytes', kernelBytes(), { owner: 'kernel' })
  tell(ours, 'memory-bytes', cache?.bytes ?? 0, { owner: 'record-cache' })
  tell('stream-task-metrics', 'cache-size-bytes-total', cache?.bytes ?? 0)
}
