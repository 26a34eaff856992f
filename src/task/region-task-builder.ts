import { StreamsError } from '../core/errors.ts'
import { taskName } from '../core/task-id.ts'
import { createWasmKernel } from '../kernel/load.ts'
import type { RegionProgram } from '../kernel/program.ts'
import { changelogTopic } from '../plan/internal-topics.ts'
import type { LoweredRegion } from '../plan/lower.ts'
import { topicName } from '../plan/node.ts'
import { storeFingerprint } from '../plan/store-spec.ts'
import { RegionStore } from '../region/region-store.ts'
import { CollectorSender } from './collector-sender.ts'
import { ErrorHandlers } from './error-handlers.ts'
import { FetchedInput } from './fetched-input.ts'
import { RecordCollector } from './record-collector.ts'
import { RegionProcessor } from './region-processor.ts'
import { RegionTaskStore } from './region-task-store.ts'
import type { StreamTaskParts } from './stream-task.ts'
import { batchBytes, type TaskBuilderParts } from './task-builder.ts'

/** Builds what a task needs whose subtopology runs in the kernel. */
export function buildRegionTask(
  parts: TaskBuilderParts,
  { program: template, source, sink, store: spec, aggregate }: LoweredRegion,
): Pick<StreamTaskParts, 'inputs' | 'reader' | 'processor' | 'collector' | 'stores' | 'kernelBytes'> {
  const { id, options, producer, bytes } = parts
  const [opened] = parts.inputs
  if (!opened) throw new StreamsError('internal', `task ${taskName(id)} has no input`)
  const { output, ...rest } = template
  const outputTopic = sink && topicName(options.applicationId, sink.topic, sink.internal)
  const outputs = outputTopic === undefined ? 0 : parts.partitionsOf(outputTopic)
  const program: RegionProgram = {
    ...rest,
    ...(output && { output: { ...output, partitions: outputs } }),
    batchBytes: batchBytes(outputs),
  }
  const kernel = createWasmKernel(program)
  const collector = new RecordCollector(kernel.writers, producer, {
    transactional: true,
    batchBytes: program.batchBytes,
    maxRecordBytes: options.maxRecordBytes,
    notWritten: (output) => handlers.outputNotWritten(output),
  })
  if (sink && outputTopic !== undefined)
    for (let p = 0; p < outputs; p++) collector.bind(p, outputTopic, p, { node: sink.name })
  if (program.changelog) {
    const topic = changelogTopic(options.applicationId, spec.name)
    collector.bind(outputs, topic, id.partition, { node: spec.name, store: spec.name })
  }
  const store = new RegionStore(
    {
      name: spec.name,
      fingerprint: storeFingerprint(spec),
      ...(spec.kind === 'window' && { segmentMs: spec.segmentMs }),
    },
    kernel,
    bytes,
  )
  const input = new FetchedInput({ ...opened, reader: kernel.reader })
  const sender = new CollectorSender(collector, id.partition, (topic) => parts.partitionsOf(topic))
  const handlers = new ErrorHandlers({
    options,
    taskId: taskName(id),
    send: ({ topic, partition, key, value, timestamp, headers }) =>
      sender.send(topic, partition, key, value, timestamp, headers, undefined),
    dropped: (node, reason) => parts.dropped(node, reason, 1),
  })
  const processor = new RegionProcessor({
    kernel,
    store,
    collector,
    input,
    source: source.name,
    aggregate: aggregate.name,
    extractsTime: source.timestamp !== undefined,
    windowed: aggregate.windows !== undefined,
    operatorTimes: parts.operatorTimes,
    partitionTime: opened.partitionTime,
    handlers,
    dropped: parts.dropped,
  })
  return {
    inputs: [input],
    reader: kernel.reader,
    processor,
    collector,
    stores: new Map([[spec.name, new RegionTaskStore(store, spec)]]),
    kernelBytes: () => kernel.memoryBytes,
  }
}
