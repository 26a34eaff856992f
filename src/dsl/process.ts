import type { StreamRecord } from '../core/record.ts'
import type { Unawaited } from '../core/unawaited.ts'
import { checkName, prefixes } from '../plan/naming.ts'
import type { Processor, ProcessorContext, ProcessorSpec, StoreToken } from '../plan/processor-spec.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import { type BuildContext, follow, type StreamPosition } from './context.ts'
import type { PairOptions, ValueOptions } from './options.ts'

/**
 * A processor, or a function that makes one for each task: give a function when the processor has state of its own
 * beside its stores.
 */
export type ProcessorSupplier<K, V, K2, V2, KF = K2, VF = V2> =
  | Processor<K, V, K2, V2, KF, VF>
  | (() => Processor<K, V, K2, V2, KF, VF>)

/** A processor that cannot change keys (Java's FixedKeyProcessor): whatever key it forwards, that of its record is taken. */
export interface FixedKeyProcessor<K, V, V2, VF = V2> {
  init?(context: ProcessorContext<K, VF>): Unawaited
  process(
    record: StreamRecord<K, V>,
    context: ProcessorContext<K, VF>,
  ): StreamRecord<K, V2> | Iterable<StreamRecord<K, V2>> | undefined
  close?(): Unawaited
}

export type FixedKeyProcessorSupplier<K, V, V2, VF = V2> =
  | FixedKeyProcessor<K, V, V2, VF>
  | (() => FixedKeyProcessor<K, V, V2, VF>)

/** What comes out of a processor: what it returns and what it forwards, as far as they are known. */
export type Emitted<Returned, Forwarded> = unknown extends Returned
  ? Forwarded
  : unknown extends Forwarded
    ? Returned
    : Returned | Forwarded

/** Stores that a processor may use: a token, which is added to the topology with it, or the name of one added before. */
export interface ConnectedStores {
  readonly stores?: readonly (StoreToken<unknown> | string)[]
}

export interface ProcessOptions<K, V> extends PairOptions<K, V>, ConnectedStores {}

export interface ProcessValuesOptions<V> extends ValueOptions<V>, ConnectedStores {}

/** KStream.process and processValues. */
export function addProcess(
  context: BuildContext,
  at: StreamPosition,
  supplier: ProcessorSupplier<never, never, unknown, unknown>,
  options: ProcessOptions<unknown, unknown>,
  fixedKey: boolean,
): StreamPosition {
  const call = fixedKey ? 'processValues' : 'process'
  const prefix = fixedKey ? prefixes.processValues : prefixes.process
  // A name given uses up no index here, unlike everywhere else (KStreamImpl.process).
  const name =
    options.name === undefined ? context.naming.node(prefix) : checkName(options.name, `${call}: name`)
  const node = {
    kind: 'process',
    name,
    processor: processorSpec(supplier),
    fixedKey,
    stores: connectedStores(options),
  } as const
  return follow(
    context,
    at,
    // Java does not count them among the steps that change keys or values, when it merges repartition topics.
    { node, stores: addedStores(options) },
    {
      keySerde: fixedKey ? at.keySerde : options.key,
      valueSerde: options.value,
      keyChanged: fixedKey ? at.keyChanged : true,
    },
  )
}

export function processorSpec(supplier: ProcessorSupplier<never, never, unknown, unknown>): ProcessorSpec {
  const create = typeof supplier === 'function' ? supplier : () => supplier
  return { create: create as ProcessorSpec['create'] }
}

export function connectedStores({ stores = [] }: ConnectedStores): readonly string[] {
  return stores.map((store) => (typeof store === 'string' ? store : store.name))
}

export function addedStores({ stores = [] }: ConnectedStores): readonly StoreSpec[] {
  return stores.flatMap((store) => (typeof store === 'string' ? [] : [store.spec]))
}
