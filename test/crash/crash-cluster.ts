import { Cluster } from '../../src/client/kafka/cluster.ts'
import { kafkaSettings } from '../../src/client/kafka/options.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { FaultProxy } from '../broker/fault-proxy.ts'
import { type KafkaBroker, startKafka } from '../broker/kafka-broker.ts'
import { brokerIds, type KafkaCluster, startKafkaCluster } from '../broker/kafka-cluster.ts'
import type { ServerProperties } from '../broker/server-properties.ts'
import { until } from './until.ts'

/** Of the workers: each reaches a lone broker through a proxy of its own. */
export const workerNames = ['a', 'b'] as const

export type WorkerName = (typeof workerNames)[number]

const listener = (name: WorkerName): string => `WORKER_${name.toUpperCase()}`

/** One broker behind proxies, or three without. */
export interface CrashCluster extends AsyncDisposable {
  readonly brokers: readonly string[]
  /** Of every topic. */
  readonly replicas: number
  /** Where a worker connects to. */
  brokersFor(worker: WorkerName): readonly string[]
  /** Files of the only broker. */
  readonly dataFolder: string | undefined
  /** Transactions whose markers Kafka gave up: see `KafkaBroker.skippedMarkers`. */
  skippedMarkers(): number
  /** The only one. @throws Error if there are three. */
  readonly broker: KafkaBroker
  /** The three. @throws Error if there is only one. */
  readonly nodes: KafkaCluster
  /** @throws Error if there are three brokers. */
  proxy(worker: WorkerName): FaultProxy
  /** Waits until every replica of every partition has caught up. */
  inSync(): Promise<void>
}

export function startCrashCluster(brokers: 1 | 3, properties: ServerProperties = {}): Promise<CrashCluster> {
  return brokers === 1 ? startOne(properties) : startThree()
}

async function startOne(properties: ServerProperties): Promise<CrashCluster> {
  let broker: KafkaBroker | undefined
  const proxies = new Map(
    workerNames.map((name) => [name, new FaultProxy(() => broker?.proxiedPort(listener(name)) ?? 0)]),
  )
  const close = async (): Promise<void> => {
    for (const proxy of proxies.values()) await proxy.close()
    await broker?.stop()
  }
  try {
    for (const proxy of proxies.values()) await proxy.listen()
    broker = await startKafka({
      proxied: Object.fromEntries([...proxies].map(([name, { port }]) => [listener(name), port])),
      // Times of events are old, and nothing of them is to go before it is verified.
      properties: { 'log.retention.check.interval.ms': 86_400_000, ...properties },
    })
  } catch (error) {
    await close()
    throw error
  }
  const one = broker
  const proxy = (name: WorkerName): FaultProxy => proxies.get(name)!
  return {
    brokers: one.brokers,
    replicas: 1,
    dataFolder: one.dataFolder,
    brokersFor: (name) => [`127.0.0.1:${proxy(name).port}`],
    skippedMarkers: () => one.skippedMarkers(),
    broker: one,
    get nodes(): KafkaCluster {
      throw new Error('there is only one broker')
    },
    proxy,
    inSync: async () => {},
    [Symbol.asyncDispose]: close,
  }
}

async function startThree(): Promise<CrashCluster> {
  const nodes = await startKafkaCluster()
  const { brokers } = nodes
  const context = { clock: systemClock, logger: silentLogger, hooks: new Hooks() }
  const metadata = new Cluster(kafkaSettings({ brokers, clientId: 'crash-in-sync' }), context)
  const refuse = (): never => {
    throw new Error('there are three brokers')
  }
  return {
    brokers,
    replicas: brokerIds.length,
    dataFolder: undefined,
    brokersFor: () => brokers,
    skippedMarkers: () => nodes.skippedMarkers(),
    get broker(): KafkaBroker {
      return refuse()
    },
    nodes,
    proxy: refuse,
    inSync: () =>
      until(
        'every replica has caught up',
        async () => {
          const topics = await metadata.retry.run(() => metadata.describeAll())
          return topics.every(({ partitions }) =>
            partitions.every(({ isrNodes }) => isrNodes.length === brokerIds.length),
          )
        },
        60_000,
      ),
    [Symbol.asyncDispose]: async () => {
      await metadata.close()
      await nodes.close()
    },
  }
}
