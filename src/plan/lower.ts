import type { ConditionNode } from '../expr/node.ts'
import type { KeyPart, RegionProgram } from '../kernel/program.ts'
import { long } from '../serde/scalars.ts'
import type { Serde, SerdeFormat } from '../serde/serde.ts'
import { isTimeWindowed } from '../serde/windowed.ts'
import { FieldColumns } from './field-columns.ts'
import type { AggregateNode, FilterNode, PlanNode, SelectKeyNode, SinkNode, SourceNode } from './node.ts'
import type { KeyValueStoreSpec, StoreSpec, WindowStoreSpec } from './store-spec.ts'
import { childrenOf, type Subtopology, storeNamed } from './subtopology.ts'
import type { TimeWindows } from './windows.ts'

/** How a subtopology runs: as one region of the kernel, or record at a time in JavaScript and why. */
export type Lowered = LoweredRegion | LoweredJs

export interface LoweredRegion {
  readonly kind: 'region'
  readonly source: SourceNode
  readonly aggregate: AggregateNode
  readonly store: RegionStore
  /** Absent when the table is only queried. */
  readonly sink?: SinkNode
  readonly program: RegionTemplate
}

export type RegionStore = KeyValueStoreSpec | WindowStoreSpec

export interface LoweredJs {
  readonly kind: 'js'
  /** Names the node in the way. */
  readonly reason: string
}

/** A region's program but for what only the running task knows. */
export type RegionTemplate = Omit<RegionProgram, 'batchBytes' | 'output'> & {
  readonly output?: Omit<NonNullable<RegionProgram['output']>, 'partitions'>
}

/**
 * Finds out whether a subtopology can run as a region: one source topic, filters by expression, one count, and at
 * most one sink, which may rename windows by `windowKey`.
 * @param cache the application has a record cache: a region emits every update, and so cannot fill a cached store.
 */
export function lower(subtopology: Subtopology, cache = false): Lowered {
  try {
    return lowerRegion(subtopology, cache)
  } catch (error) {
    if (error instanceof InTheWay) return { kind: 'js', reason: error.message }
    throw error
  }
}

/** Ends the attempt from wherever the obstacle is found; never leaves this file. */
class InTheWay extends Error {}

function refuse(reason: string): never {
  throw new InTheWay(reason)
}

/** The nodes of a region, in the order in which records pass them. */
interface Chain {
  readonly source: SourceNode
  readonly filters: readonly FilterNode[]
  readonly aggregate: AggregateNode
  readonly windows: TimeWindows | undefined
  readonly selectKey: SelectKeyNode | undefined
  readonly sink: SinkNode | undefined
}

function lowerRegion(subtopology: Subtopology, cache: boolean): LoweredRegion {
  for (const node of subtopology.nodes) {
    if ('lambda' in node) refuse(`lambda in ${node.name} (${node.kind})`)
    if (node.wrap) refuse(`a wrapper stands before ${node.name} (${node.kind})`)
  }
  const { source, filters, aggregate, windows, selectKey, sink } = chain(subtopology)
  const store = regionStore(storeNamed(subtopology, aggregate.store), cache)
  const keyFormat = keyFormatOf(source)
  const valueFormat =
    source.valueSerde.format ??
    refuse(`only JavaScript can read serde '${source.valueSerde.name}' of ${source.name}`)
  const columns = new FieldColumns()
  const filter = conjunction(filters)
  const program: RegionTemplate = {
    keyFormat,
    valueFormat,
    ...(source.timestamp && {
      timestamp: { field: columns.of(source.timestamp.field), unitMs: source.timestamp.unitMs },
    }),
    ...(filter && { filter: columns.predicate(filter) }),
    fields: columns.paths,
    aggregate: {
      kind: 'count',
      nullValues: windows ? 'count' : 'drop',
      ...(windows &&
        store.kind === 'window' && {
          windows: {
            sizeMs: windows.sizeMs,
            graceMs: windows.graceMs,
            retentionMs: store.retentionMs,
            segmentMs: store.segmentMs,
          },
        }),
    },
    ...(store.changelog !== 'off' && { changelog: { mode: store.changelog } }),
    ...(sink && { output: output(source, sink, selectKey) }),
  }
  if (columns.paths.length > 0 && valueFormat !== 'json') {
    refuse(`${source.name} reads field '${columns.paths[0]!.join('.')}' of a value that is not JSON`)
  }
  return { kind: 'region', source, aggregate, store, ...(sink && { sink }), program }
}

function chain(subtopology: Subtopology): Chain {
  const [source, ...others] = subtopology.sources
  if (!source) refuse('no source')
  if (others.length > 0) refuse(`two sources, ${source.name} and ${others[0]!.name}`)
  if (source.topics.length !== 1) refuse(`${source.name} reads several topics`)
  if (source.extractor === 'wall-clock') refuse(`${source.name} takes the time from the clock`)
  if (source.extractor) refuse(`lambda in ${source.name} (source)`)
  if (source.invalidTimestamp)
    refuse(`only JavaScript does '${source.invalidTimestamp}' for invalid times, at ${source.name}`)
  const nodes: PlanNode[] = []
  for (let at = onlyChild(subtopology, source); at; at = onlyChild(subtopology, at)) nodes.push(at)
  const take = <K extends PlanNode['kind']>(kind: K): Extract<PlanNode, { kind: K }> | undefined =>
    nodes[0]?.kind === kind ? (nodes.shift() as Extract<PlanNode, { kind: K }>) : undefined
  const filters: FilterNode[] = []
  for (let filter = take('filter'); filter; filter = take('filter')) filters.push(filter)
  const aggregate = take('aggregate') ?? refuse(beforeAggregate(source, nodes[0]))
  const windows = regionWindows(aggregate)
  const toStream = take('to-stream')
  const selectKey = toStream && take('select-key')
  const sink = toStream && take('sink')
  const left = nodes[0] ?? (selectKey && !sink ? selectKey : undefined)
  if (left) refuse(`${left.name} (${left.kind}) after the aggregation`)
  if (selectKey && selectKey.expression?.kind !== 'window-key') {
    refuse(`${selectKey.name} (select-key) after the aggregation takes the key from a field`)
  }
  if (sink && (sink.topicOf ?? sink.partitioner)) refuse(`lambda in ${sink.name} (sink)`)
  return { source, filters, aggregate, windows, selectKey, sink }
}

/** Only tumbling windows, and none, of a count whose every update is emitted. */
function regionWindows({
  name,
  aggregation,
  windows,
  emit,
  sendOldValues,
}: AggregateNode): TimeWindows | undefined {
  if (aggregation.kind !== 'count') refuse(`${name} is no count`)
  if (emit !== 'update') refuse(`${name} emits when windows close`)
  if (sendOldValues) refuse(`${name} sends old values`)
  if (!windows) return undefined
  if (windows.kind !== 'time') refuse(`the windows of ${name} are not tumbling`)
  if (windows.advanceMs !== windows.sizeMs) refuse(`the windows of ${name} overlap`)
  return windows
}

function regionStore(store: StoreSpec, cache: boolean): RegionStore {
  const { name, caching, sourceTopic, engine } = store
  if (caching && cache) refuse(`updates of store '${name}' wait in the record cache`)
  if (sourceTopic !== undefined) refuse(`store '${name}' has no changelog of its own`)
  if (typeof engine !== 'string') refuse(`store '${name}' keeps its rows in the engine '${engine.name}'`)
  if (store.kind !== 'key-value' && store.kind !== 'window')
    refuse(`store '${name}' is of kind ${store.kind}`)
  if (!store.timestamped || store.plainRows) refuse(`the rows of store '${name}' have no timestamp`)
  if (store.kind === 'key-value' && store.maxEntries !== undefined) refuse(`store '${name}' drops entries`)
  return store
}

function onlyChild(subtopology: Subtopology, node: PlanNode): PlanNode | undefined {
  const [child, ...others] = childrenOf(subtopology, node.name)
  if (others.length > 0) refuse(`${node.name} has several children`)
  return child
}

function beforeAggregate(source: SourceNode, node: PlanNode | undefined): string {
  if (!node) return `${source.name} feeds no aggregation`
  if (node.kind === 'sink') return `no aggregation before ${node.name}`
  return `${node.name} (${node.kind}) before an aggregation`
}

/** The kernel copies keys as they are, so writing a key must give the bytes that were read. */
function keyFormatOf({ name, keySerde }: SourceNode): SerdeFormat {
  if (keySerde.format === undefined) refuse(`only JavaScript can read serde '${keySerde.name}' of ${name}`)
  if (keySerde.format === 'json') refuse(`the JSON keys of ${name} are written anew`)
  return keySerde.format
}

function conjunction(filters: readonly FilterNode[]): ConditionNode | undefined {
  const [first, ...rest] = filters.map(filterCondition)
  return first && rest.reduce<ConditionNode>((left, right) => ({ kind: 'and', left, right }), first)
}

function filterCondition({ name, expression, not }: FilterNode): ConditionNode {
  if (!expression) refuse(`lambda in ${name} (filter)`)
  return not ? { kind: 'not', operand: expression } : expression
}

function output(
  source: SourceNode,
  sink: SinkNode,
  selectKey: SelectKeyNode | undefined,
): NonNullable<RegionTemplate['output']> {
  if (!sameBytes(sink.valueSerde, long))
    refuse(`${sink.name} writes the count with serde '${sink.valueSerde.name}', not long`)
  if (selectKey?.expression?.kind === 'window-key') {
    if (source.keySerde.format !== 'utf8') refuse(`${selectKey.name} prints keys that are not text`)
    if (sink.keySerde.format !== 'utf8') refuse(`${sink.name} writes text with serde '${sink.keySerde.name}'`)
    return { key: selectKey.expression.parts, partitionBy: 'output-key' }
  }
  const windowed = isTimeWindowed(sink.keySerde)
  const keySerde = isTimeWindowed(sink.keySerde) ? sink.keySerde.inner : sink.keySerde
  if (!sameBytes(keySerde, source.keySerde))
    refuse(`${sink.name} writes keys with another serde than ${source.name} reads`)
  const key: KeyPart[] = windowed ? [{ kind: 'key' }, { kind: 'start' }] : [{ kind: 'key' }]
  return { key, partitionBy: sink.partitionBy }
}

function sameBytes(a: Serde<unknown>, b: Serde<unknown>): boolean {
  return a === b || (a.name === b.name && a.format === b.format)
}
