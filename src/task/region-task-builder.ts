import { createWasmKernel } from '../kernel/load.ts'
import type { RegionProgram } from '../kernel/program.ts'
import { changelogTopic } from '../plan/internal-topics.ts'
import type { LoweredRegion } from '../plan/lower.ts'
import { topicName } from '../plan/node.ts'
import { storeFingerprint } from '../plan/store-spec.ts'
import { RegionStore } from '../region/region-store.ts'
import { RecordCollector } from './record-collector.ts'
import { RegionProcessor } from './region-processor.ts'
import { RegionTaskStore } from './region-task-store.ts'
import type { StreamTaskParts } from './stream-task.ts'
import { batchBytes, partitionsOf, type TaskBuilderParts } from './task-builder.ts'

/** Builds what a task needs whose subtopology runs in the kernel. */
export function buildRegionTask(
  parts: TaskBuilderParts,
  { program: template, source, sink, store: spec, aggregate }: LoweredRegion,
): Pick<StreamTaskParts, 'kernel' | 'processor' | 'collector' | 'stores'> {
  const { options, input, producer, state } = parts
  const { output, ...rest } = template
  const outputTopic = sink && topicName(options.applicationId, sink.topic, sink.internal)
  const outputs = outputTopic === undefined ? 0 : partitionsOf(parts, outputTopic)
  const program: RegionProgram = {
    ...rest,
    ...(output && { output: { ...output, partitions: outputs } }),
    batchBytes: batchBytes(outputs),
  }
  const kernel = createWasmKernel(program)
  const collector = new RecordCollector(kernel.writers, producer, {
    transactional: true,
    batchBytes: program.batchBytes,
  })
  if (outputTopic !== undefined) for (let p = 0; p < outputs; p++) collector.bind(p, outputTopic, p)
  if (program.changelog)
    collector.bind(outputs, changelogTopic(options.applicationId, spec.name), input.partition)
  const store = new RegionStore(
    {
      name: spec.name,
      fingerprint: storeFingerprint(spec),
      ...(spec.kind === 'window' && { segmentMs: spec.segmentMs }),
    },
    kernel,
    state.bytes,
  )
  const processor = new RegionProcessor({
    kernel,
    store,
    collector,
    input,
    source: source.name,
    aggregate: aggregate.name,
    windowed: aggregate.windows !== undefined,
    operatorTimes: parts.operatorTimes,
    partitionTime: parts.partitionTime,
    handler: options.deserializationHandler,
    dropped: parts.dropped,
  })
  return { kernel, processor, collector, stores: new Map([[spec.name, new RegionTaskStore(store)]]) }
}
