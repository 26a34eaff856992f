import {
  type DefaultSerdes,
  type ProcessorTopology,
  processorTopology,
  type Topology,
} from '../../../src/index.ts'
import type { GivenCase, ProcessorJson, Step } from '../case.ts'
import { processorOf } from '../processors.ts'
import { serdesOf } from '../serdes.ts'
import { storeToken } from '../stores.ts'
import { sinkTopic, topicDeclarations } from '../topics.ts'
import { partitionerOf, topicChooser } from './streams.ts'

type Topics = ReturnType<typeof topicDeclarations>

/** A case of the low-level API: sources, processors, sinks and stores, by name. */
export function lowLevelTopology({ config, topology: steps }: GivenCase, defaults: DefaultSerdes): Topology {
  const topics = topicDeclarations(config)
  return processorTopology(
    import.meta.url,
    (topology) => {
      for (const step of steps) {
        const add = lowLevelSteps[step.op]
        if (!add) throw new Error(`unknown step ${step.op}`)
        add(topology, step, topics)
      }
    },
    defaults,
  )
}

type Add = (topology: ProcessorTopology, step: Step, topics: Topics) => unknown

const lowLevelSteps: Readonly<Record<string, Add>> = {
  addSource: (topology, step, topics) => topology.addSource(step.name!, topics.source(step)),
  addProcessor: (topology, { name, processor, parents = [] }) =>
    topology.addProcessor(name!, processorOf(processor as ProcessorJson), { parents }),
  addSink: addSink,
  addStateStore: (topology, { store, processors = [] }) =>
    topology.addStateStore(storeToken(store!), ...processors),
  connectProcessorAndStateStores: (topology, { processor, stores = [] }) =>
    topology.connectProcessorAndStateStores(processor as string, ...stores),
  addGlobalStore: (topology, step, topics) =>
    topology.addGlobalStore(storeToken(step.store!), topics.one(step), storeFiller(step), filledBy(step)),
  addReadOnlyStateStore: (topology, step, topics) =>
    topology.addReadOnlyStateStore(
      storeToken(step.store!),
      topics.one(step),
      storeFiller(step),
      filledBy(step),
    ),
}

function addSink(topology: ProcessorTopology, step: Step): void {
  const { name, parents = [], topicExpr } = step
  const topic = topicExpr === undefined ? sinkTopic(step) : topicChooser(topicExpr)
  topology.addSink(name!, topic, { parents, ...serdesOf(step), ...partitionerOf(step) })
}

function storeFiller({ processor, store }: Step) {
  return processorOf(processor as ProcessorJson, store)
}

function filledBy({ sourceName, processorName }: Step) {
  return { sourceName: sourceName!, processorName: processorName! }
}
