import { prefixes } from '../plan/naming.ts'
import type { StoreToken } from '../plan/processor-spec.ts'
import { type BuildContext, nodeName, requireSerde } from './context.ts'
import type { NamedOptions } from './options.ts'
import { type ProcessorSupplier, processorSpec } from './process.ts'
import { sourceOf } from './source.ts'
import type { Topic } from './topic.ts'

export interface GlobalStoreOptions extends NamedOptions {}

/** StreamsBuilder.addGlobalStore: a source, and the processor that fills the store from it. */
export function addGlobalStore(
  context: BuildContext,
  store: StoreToken<unknown>,
  topic: Topic<unknown, unknown>,
  supplier: ProcessorSupplier<never, never, unknown, unknown>,
  { name: given }: GlobalStoreOptions,
): void {
  const call = `addGlobalStore('${store.name}')`
  const name = nodeName(context, prefixes.source, call, given === undefined ? undefined : `${given}-source`)
  const processor = nodeName(context, prefixes.tableSource, call, given)
  const source = sourceOf(topic)
  const hint = 'give it in the topic token'
  context.graph.add({
    kind: 'global-store',
    source: {
      kind: 'source',
      name,
      internal: false,
      ...source,
      keySerde: requireSerde(context, source.keySerde, 'key', call, hint),
      valueSerde: requireSerde(context, source.valueSerde, 'value', call, hint),
    },
    processor: {
      kind: 'process',
      name: processor,
      processor: processorSpec(supplier),
      fixedKey: false,
      stores: [store.name],
    },
    // A global store has no changelog: its topic is one.
    store: { ...store.spec, changelog: 'off' },
  })
}
