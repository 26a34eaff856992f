import { noHeaders } from '../core/record.ts'
import { durationMs } from '../core/time/duration.ts'
import type { TableTransformValuesNode } from '../plan/node.ts'
import type { TransformerContext } from '../plan/processor-spec.ts'
import type { ValueAndTimestamp } from '../store/state-stores.ts'
import { connectedStore } from './connected-store.ts'
import type { OperatorContext } from './context.ts'
import { guard } from './guard.ts'
import type { TableLookup } from './table-view.ts'

type TransformNode = Pick<TableTransformValuesNode, 'name' | 'transformer' | 'connectedStores'>

/** A transformer of the user's, with the context it sees. */
export interface RunningTransformer {
  init(): void
  /** @param value null: the key was deleted. */
  transform(value: unknown, key: unknown): unknown
  close(): void
}

export function runTransformer(node: TransformNode, context: OperatorContext): RunningTransformer {
  const transformer = node.transformer.create()
  const seen = transformerContext(node, context)
  const transform = guard(node.name, (value: unknown, key: unknown) =>
    transformer.transform(value, key, seen),
  )
  return {
    init: guard(node.name, () => transformer.init?.(seen)),
    transform: (value, key) => transform(value, key) ?? null,
    close: guard(node.name, () => transformer.close?.()),
  }
}

function transformerContext(node: TransformNode, context: OperatorContext): TransformerContext {
  return {
    applicationId: context.applicationId,
    taskId: context.taskId,
    get recordMetadata() {
      return context.record.metadata
    },
    get timestamp() {
      return context.record.timestamp
    },
    get headers() {
      return context.record.headers
    },
    get currentStreamTime() {
      return context.streamTime
    },
    get currentSystemTime() {
      return context.systemTime
    },
    store: (store) => connectedStore(context, { node: node.name, stores: node.connectedStores }, store),
    schedule: ({ every, on, startAt }, punctuate) =>
      context.schedule(
        node.name,
        {
          everyMs: durationMs(every, `${node.name}: every`),
          on,
          ...(startAt !== undefined && { startAt }),
        },
        punctuate,
      ),
    commit: () => context.requestCommit(),
  }
}

/** Values computed by a transformer of its own when they are looked up. */
export function transformValuesLookup(
  node: TransformNode,
  of: TableLookup,
  context: OperatorContext,
): TableLookup {
  const transformer = runTransformer(node, context)
  const transformed = (
    key: unknown,
    found: ValueAndTimestamp<unknown> | undefined,
  ): ValueAndTimestamp<unknown> | undefined => {
    const timestamp = found?.timestamp ?? -1
    let value: unknown = null
    // The transformer is to see the time of what it gets, not that of the record which makes it necessary.
    context.forwardAs(
      {
        process(record) {
          value = transformer.transform(record.value, key)
        },
      },
      { key, value: found?.value ?? null, timestamp, headers: noHeaders },
      undefined,
    )
    return value === null ? undefined : { value, timestamp }
  }
  return {
    versioned: of.versioned,
    get: (key) => transformed(key, of.get(key)),
    getAsOf: (key, timestamp) => transformed(key, of.getAsOf(key, timestamp)),
    init() {
      of.init?.()
      transformer.init()
    },
    close() {
      of.close?.()
      transformer.close()
    },
  }
}
