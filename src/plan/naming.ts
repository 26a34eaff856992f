import { StreamsError } from '../core/errors.ts'

/** What generated names begin with, as in Java's KStreamImpl and KTableImpl. */
export const prefixes = {
  source: 'KSTREAM-SOURCE-',
  sink: 'KSTREAM-SINK-',
  filter: 'KSTREAM-FILTER-',
  map: 'KSTREAM-MAP-',
  mapValues: 'KSTREAM-MAPVALUES-',
  flatMap: 'KSTREAM-FLATMAP-',
  flatMapValues: 'KSTREAM-FLATMAPVALUES-',
  selectKey: 'KSTREAM-KEY-SELECT-',
  peek: 'KSTREAM-PEEK-',
  foreach: 'KSTREAM-FOREACH-',
  print: 'KSTREAM-PRINTER-',
  branch: 'KSTREAM-BRANCH-',
  merge: 'KSTREAM-MERGE-',
  process: 'KSTREAM-PROCESSOR-',
  processValues: 'KSTREAM-PROCESSVALUES-',
  repartition: 'KSTREAM-REPARTITION-',
  toTable: 'KSTREAM-TOTABLE-',
  aggregate: 'KSTREAM-AGGREGATE-',
  reduce: 'KSTREAM-REDUCE-',
  windowed: 'KSTREAM-WINDOWED-',
  joinThis: 'KSTREAM-JOINTHIS-',
  joinOther: 'KSTREAM-JOINOTHER-',
  outerThis: 'KSTREAM-OUTERTHIS-',
  outerOther: 'KSTREAM-OUTEROTHER-',
  outerShared: 'KSTREAM-OUTERSHARED-',
  join: 'KSTREAM-JOIN-',
  leftJoin: 'KSTREAM-LEFTJOIN-',
  cogroupAggregate: 'COGROUPKSTREAM-AGGREGATE-',
  cogroupMerge: 'COGROUPKSTREAM-MERGE-',
  tableSource: 'KTABLE-SOURCE-',
  tableFilter: 'KTABLE-FILTER-',
  tableMapValues: 'KTABLE-MAPVALUES-',
  tableTransformValues: 'KTABLE-TRANSFORMVALUES-',
  tableSelect: 'KTABLE-SELECT-',
  tableAggregate: 'KTABLE-AGGREGATE-',
  tableReduce: 'KTABLE-REDUCE-',
  tableSuppress: 'KTABLE-SUPPRESS-',
  tableJoinThis: 'KTABLE-JOINTHIS-',
  tableJoinOther: 'KTABLE-JOINOTHER-',
  tableMerge: 'KTABLE-MERGE-',
  tableSink: 'KTABLE-SINK-',
  fkRegistration: 'KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-',
  fkStore: 'KTABLE-FK-JOIN-SUBSCRIPTION-STATE-STORE-',
  fkSubscription: 'KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR-',
  fkResponse: 'KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-',
  fkResolver: 'KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR-',
  fkOutput: 'KTABLE-FK-JOIN-OUTPUT-',
  toStream: 'KTABLE-TOSTREAM-',
} as const

/**
 * Numbers nodes and stores as Java's InternalStreamsBuilder: one counter per topology. An index is used up even
 * when the user names the node, so that naming one node does not rename the others.
 */
export class Naming {
  /** Of tables that the user gave no name for their store, whether they turn out to need one or not. */
  readonly unnamedStores: UnnamedStore[] = []
  #next = 0

  node(prefix: string, given?: string): string {
    const generated = `${prefix}${this.#index()}`
    return given ?? generated
  }

  store(prefix: string): string {
    return `${prefix}STATE-STORE-${this.#index()}`
  }

  /** Names of a repartition topic, without application id, and of its three nodes (KStreamImpl.createRepartitionedSource). */
  repartition(given: string): RepartitionNames {
    const topic = given.endsWith('-repartition') ? given : `${given}-repartition`
    const generated = {
      topic,
      sink: this.node(prefixes.sink),
      filter: this.node(prefixes.filter),
      source: this.node(prefixes.source),
    }
    if (/^KSTREAM.*-\d{10}$/.test(given)) return generated
    return { topic, sink: `${topic}-sink`, filter: `${topic}-filter`, source: `${topic}-source` }
  }

  #index(): string {
    return String(this.#next++).padStart(10, '0')
  }
}

export interface UnnamedStore {
  readonly name: string
  /** It has, or would have, a changelog. */
  readonly logged: boolean
}

export interface RepartitionNames {
  readonly topic: string
  readonly sink: string
  readonly filter: string
  readonly source: string
}

const longestName = 249

/**
 * Java's rule for names of nodes and stores, which is Kafka's for topics.
 * @param what names the call and the thing, for the message.
 * @throws StreamsError `topology-invalid`
 */
export function checkName(name: string, what: string): string {
  const problem = nameProblem(name)
  if (problem === undefined) return name
  throw new StreamsError('topology-invalid', `${what} ${JSON.stringify(name)} ${problem}`)
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name === '.' || name === '..') return 'is not allowed'
  if (name.length > longestName) return `is longer than ${longestName} characters`
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    return "holds a character other than ASCII letters, digits, '.', '_' and '-'"
  return undefined
}
