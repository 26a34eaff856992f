import { taskName } from '../core/task-id.ts'
import { createWasmKernel } from '../kernel/load.ts'
import { storeTopic } from '../plan/internal-topics.ts'
import { topicName } from '../plan/node.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import { CollectorSender } from './collector-sender.ts'
import { FetchedInput } from './fetched-input.ts'
import { RecordCollector } from './record-collector.ts'
import { RecordProcessor } from './record-processor.ts'
import type { RecordQueue } from './record-queue.ts'
import { RecordTaskStore } from './record-task-store.ts'
import { buildStateStores, type ChangelogAppend } from './state-store-builder.ts'
import type { StreamTaskParts } from './stream-task.ts'
import { batchBytes, type TaskBuilderParts } from './task-builder.ts'
import { TaskTopology, usualEmitIntervals } from './task-topology.ts'

/** Builds what a task needs whose subtopology runs one record at a time; kernels read and write its batches. */
export function buildRecordTask(
  parts: TaskBuilderParts,
): Pick<StreamTaskParts, 'inputs' | 'reader' | 'processor' | 'collector' | 'stores' | 'kernelBytes'> {
  const { id, options, producer, subtopology, bytes, cache, clock } = parts
  const { applicationId } = options
  const kernels = parts.inputs.map(() => createWasmKernel())
  if (kernels.length === 0) kernels.push(createWasmKernel())
  const { reader, writers } = kernels[0]!
  const collector = new RecordCollector(writers, producer, {
    transactional: true,
    batchBytes: batchBytes(outputPartitions(parts)),
    maxRecordBytes: options.maxRecordBytes,
    notWritten: (output) => topology.notWritten(output),
  })
  const inputs = parts.inputs.map((input, i) => new FetchedInput({ ...input, reader: kernels[i]!.reader }))
  const changelog = (store: StoreSpec): ChangelogAppend | undefined => {
    if (store.changelog === 'off') return undefined
    const topic = storeTopic(applicationId, store)
    const origin = { node: store.name, store: store.name }
    return (key, value, timestamp, headers) =>
      collector.send(topic, id.partition, key, value, timestamp, headers, origin)
  }
  const byPartition = new Map<RecordQueue['partition'], FetchedInput>()
  const topology = new TaskTopology({
    taskId: taskName(id),
    partition: id.partition,
    nodes: subtopology.nodes,
    inputs: inputs.map((records, i) => {
      const { source, partitionTime } = parts.inputs[i]!
      return { ...records.partition, source, records, partitionTime }
    }),
    options,
    clock,
    sender: new CollectorSender(collector, id.partition, (topic) => parts.partitionsOf(topic)),
    operatorTimes: parts.operatorTimes,
    globalStores: parts.globalStores,
    emitIntervals: usualEmitIntervals,
    ...(parts.metered && { metered: parts.metered }),
    stores: (record) =>
      buildStateStores(subtopology.stores, (store) => ({
        bytes,
        record,
        changelog: changelog(store),
        cache,
        clock,
        task: parts.storeTask,
        expired: () => parts.dropped(store.name, 'expired', 1),
      })),
    lag: ({ partition }) => byPartition.get(partition)?.lag,
    dropped: (node, reason) => parts.dropped(node, reason, 1),
  })
  for (const [i, { partition }] of topology.inputs.queues.entries()) byPartition.set(partition, inputs[i]!)
  const stores = new Map(
    topology.stores.map((store) => {
      const from = { topic: storeTopic(applicationId, store.spec), partition: id.partition }
      return [store.spec.name, new RecordTaskStore(store, reader, from)]
    }),
  )
  return {
    inputs,
    reader,
    processor: new RecordProcessor(topology, inputs),
    collector,
    stores,
    kernelBytes: () => kernels.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
  }
}

/** Of the topics that are known beforehand. */
function outputPartitions({ subtopology, options, partitionsOf }: TaskBuilderParts): number {
  const topics = subtopology.nodes.flatMap((node) =>
    node.kind === 'sink' && !node.topicOf
      ? [topicName(options.applicationId, node.topic, node.internal)]
      : [],
  )
  return [...new Set(topics)].reduce((sum, topic) => sum + partitionsOf(topic), 0)
}
