import { workerData } from 'node:worker_threads'
import { StreamsError } from '../core/errors.ts'
import type { ResolvedOptions } from '../core/options.ts'
import { systemClock } from '../core/time/clock.ts'
import type { Topology } from '../dsl/topology.ts'
import { twoFiles } from '../thread/load-topology.ts'
import type { WorkerStart } from '../thread/messages.ts'
import type { KafkaConnection, KafkaStreamsOptions } from './application-options.ts'

/**
 * Whether stream threads run in worker threads. A single one shares the caller's, and so do all where a test has its own
 * cluster, clock or rows: those cannot be reached from elsewhere.
 */
export function runsInWorkers({ threads = 1, kafka, clock, openRows }: KafkaStreamsOptions): boolean {
  const own = (clock !== undefined && clock !== systemClock) || openRows !== undefined
  return threads > 1 && !own && kafka !== undefined && !('createClient' in kafka)
}

/** @throws StreamsError `lifecycle` where a worker thread of an application makes one: it imports the topology's module. */
export function refuseInWorker(): void {
  const start: unknown = workerData
  if (typeof start !== 'object' || start === null || !('millrace' in start)) return
  throw new StreamsError(
    'lifecycle',
    `new KafkaStreams in a worker thread of an application, which has imported the module of its topology: put the topology ${twoFiles}`,
  )
}

const handlers = ['deserializationHandler', 'processingHandler', 'productionHandler'] as const

/** What cannot be sent to worker threads, a line each. */
export function workerProblems(topology: Topology, options: KafkaStreamsOptions): readonly string[] {
  const ofHandlers = handlers.flatMap((name) =>
    topology.handlers[name] === undefined && typeof options[name] === 'function'
      ? [`${name}: a function cannot be sent to worker threads: ${handlerAdvice(name)}`]
      : [],
  )
  const { kafka } = splitTokens(options.kafka as KafkaConnection)
  const paths = [...unsendable('kafka', kafka), ...unsendable("the topology's args", topology.args)]
  const module = URL.canParse(topology.module)
    ? []
    : [`the topology's module is '${topology.module}': give import.meta.url, worker threads import it`]
  return [
    ...ofHandlers,
    ...paths.map((path) => `${path} cannot be sent to worker threads: use threads: 1`),
    ...module,
  ]
}

function handlerAdvice(name: string): string {
  return `give it to the topology, as topology(..., { handlers: { ${name} } }), or use threads: 1`
}

/** Options as they go to worker threads: handlers of the topology take the place of functions. */
export function sendableOptions(topology: Topology, options: ResolvedOptions): WorkerStart['options'] {
  const { logger: _, ...others } = options
  const replaced = handlers.filter((name) => topology.handlers[name] !== undefined)
  return { ...others, ...Object.fromEntries(replaced.map((name) => [name, 'fail'])) }
}

export interface SplitTokens {
  readonly kafka: KafkaConnection
  /** Gives OAuth tokens: worker threads ask for them by message. */
  readonly provider: (() => unknown) | undefined
}

/** Takes the function that gives OAuth tokens out of the connection's options. */
export function splitTokens(kafka: KafkaConnection): SplitTokens {
  const { sasl, ...others } = kafka
  const provider = sasl?.['oauthBearerProvider']
  return typeof provider === 'function'
    ? { kafka: others, provider: provider as () => unknown }
    : { kafka, provider: undefined }
}

/** The innermost parts of a value that cannot be cloned, by their path. */
function unsendable(path: string, value: unknown): readonly string[] {
  if (isSendable(value)) return []
  const inner =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, part]) => unsendable(`${path}.${name}`, part))
      : []
  return inner.length > 0 ? inner : [`${path}: ${typeof value === 'function' ? 'a function' : 'this'}`]
}

function isSendable(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}
