import type { StreamRecord } from '../core/record.ts'
import type { Unawaited } from '../core/unawaited.ts'
import type { PlanNode } from './node.ts'
import type { ProcessorContext } from './processor-spec.ts'
import { storesOf } from './subtopology.ts'

/**
 * Stands before the processors of a topology, those of the DSL's own operators included (Java's ProcessorWrapper,
 * KIP-1112). It is asked once for each of each task.
 * @returns what stands before the processor; undefined if nothing does.
 */
export type ProcessorWrapper = (processor: WrappedProcessor) => AroundProcessor | undefined

/** A processor of one task. */
export interface WrappedProcessor {
  /** Its node's name. */
  readonly name: string
  readonly kind: PlanNode['kind']
  readonly stores: readonly string[]
  readonly context: WrapperContext
}

/** The task; where the record came from, and the time. */
export type WrapperContext = Pick<
  ProcessorContext,
  'applicationId' | 'taskId' | 'recordMetadata' | 'currentStreamTime' | 'currentSystemTime'
>

/**
 * Gets each record in place of the processor.
 * @param record the value of a table's update is an object of its own, with `newValue` and `oldValue`, as in Java.
 * @param process lets the processor have it, or another one in its place; all that comes behind runs before it returns.
 */
export type AroundProcessor = (
  record: StreamRecord<unknown, unknown>,
  process: (record: StreamRecord<unknown, unknown>) => void,
) => Unawaited

/** Sources and sinks are no processors. */
export function withWrapper<N extends PlanNode>(node: N, wrap: ProcessorWrapper | undefined): N {
  return wrap && node.kind !== 'source' && node.kind !== 'sink' ? { ...node, wrap } : node
}

export function wrappedProcessor(node: PlanNode, context: WrapperContext): WrappedProcessor {
  return { name: node.name, kind: node.kind, stores: storesOf(node), context }
}
