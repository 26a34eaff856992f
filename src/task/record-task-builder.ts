import { createWasmKernel } from '../kernel/load.ts'
import type {
  KeyValueStore as KeyValueOperatorStore,
  WindowStore as WindowOperatorStore,
} from '../operator/context.ts'
import { changelogTopic } from '../plan/internal-topics.ts'
import { topicName } from '../plan/node.ts'
import { type StoreSpec, storeFingerprint } from '../plan/store-spec.ts'
import type { ChangelogOptions } from '../store/changelog.ts'
import { KeyValueStore } from '../store/key-value-store.ts'
import { WindowStore } from '../store/window-store.ts'
import { RecordCollector } from './record-collector.ts'
import { RecordProcessor } from './record-processor.ts'
import { RecordTaskStore } from './record-task-store.ts'
import type { StreamTaskParts } from './stream-task.ts'
import { batchBytes, partitionsOf, type TaskBuilderParts } from './task-builder.ts'
import type { TaskStore } from './task-store.ts'
import { typedKeyValueStore, typedWindowStore } from './typed-stores.ts'

/** Builds what a task needs whose subtopology runs one record at a time; the kernel reads and writes its batches. */
export function buildRecordTask(
  parts: TaskBuilderParts,
): Pick<StreamTaskParts, 'kernel' | 'processor' | 'collector' | 'stores'> {
  const { options, input, producer, state, subtopology } = parts
  const kernel = createWasmKernel()
  const outputs = subtopology.nodes.flatMap((node) =>
    node.kind === 'sink'
      ? [partitionsOf(parts, topicName(options.applicationId, node.topic, node.internal))]
      : [],
  )
  const collector = new RecordCollector(kernel.writers, producer, {
    transactional: true,
    batchBytes: batchBytes(outputs.reduce((sum, partitions) => sum + partitions, 0)),
  })
  const stores = new Map<string, TaskStore>()
  const keyValueStores = new Map<string, KeyValueOperatorStore>()
  const windowStores = new Map<string, WindowOperatorStore>()
  const flushes: (() => void)[] = []
  for (const spec of subtopology.stores) {
    const common = {
      name: spec.name,
      fingerprint: storeFingerprint(spec),
      ...changelogOf(spec, parts, collector),
    }
    let store: KeyValueStore | WindowStore
    if (spec.kind === 'window') {
      const { retentionMs, windows } = spec
      store = new WindowStore({ ...common, retentionMs, stepMs: windows.advanceMs }, state.bytes)
      windowStores.set(spec.name, typedWindowStore(store, spec))
    } else {
      store = new KeyValueStore(common, state.bytes)
      keyValueStores.set(spec.name, typedKeyValueStore(store, spec))
    }
    stores.set(spec.name, new RecordTaskStore(store, kernel.reader))
    flushes.push(() => store.flush())
  }
  const processor = new RecordProcessor({
    applicationId: options.applicationId,
    subtopology,
    reader: kernel.reader,
    collector,
    input,
    keyValueStores,
    windowStores,
    operatorTimes: parts.operatorTimes,
    partitionTime: parts.partitionTime,
    handler: options.deserializationHandler,
    partitionsOf: (topic) => partitionsOf(parts, topic),
    flushStores: () => {
      for (const flush of flushes) flush()
    },
    dropped: parts.dropped,
  })
  return { kernel, processor, collector, stores }
}

function changelogOf(
  { name, changelog }: StoreSpec,
  { options, input }: TaskBuilderParts,
  collector: RecordCollector,
): { readonly changelog?: ChangelogOptions } {
  if (changelog === 'off') return {}
  const topic = changelogTopic(options.applicationId, name)
  return {
    changelog: {
      mode: changelog,
      append: (key, value, timestamp) => collector.send(topic, input.partition, key, value, timestamp),
    },
  }
}
