import { StreamsError } from '../core/errors.ts'

/** What generated names begin with, as in Java's KStreamImpl and KTableImpl. */
export const prefixes = {
  source: 'KSTREAM-SOURCE-',
  sink: 'KSTREAM-SINK-',
  filter: 'KSTREAM-FILTER-',
  mapValues: 'KSTREAM-MAPVALUES-',
  selectKey: 'KSTREAM-KEY-SELECT-',
  aggregate: 'KSTREAM-AGGREGATE-',
  toStream: 'KTABLE-TOSTREAM-',
} as const

/**
 * Numbers nodes and stores as Java's InternalStreamsBuilder: one counter per topology. An index is used up even
 * when the user names the node, so that naming one node does not rename the others.
 */
export class Naming {
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
