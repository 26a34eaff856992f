import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answersApiVersions } from './broker-probe.ts'
import { freePorts } from './free-ports.ts'
import { JavaProcess, javaFlags } from './java-process.ts'
import { kafkaJars } from './kafka-jars.ts'
import {
  newClusterId,
  quickSessions,
  type ServerProperties,
  testProperties,
  writeProperties,
} from './server-properties.ts'

/** Ids of the brokers. */
export const brokerIds = [1, 2, 3] as const
export type BrokerId = (typeof brokerIds)[number]

/** Three brokers on loopback, each a KRaft controller too. Topics have three replicas, two of them in sync at least. */
export interface KafkaCluster {
  /** Bootstrap addresses, `host:port`, in the order of the ids. */
  readonly brokers: readonly string[]
  /** Transactions whose markers a broker gave up, as its log says. */
  skippedMarkers(): number
  /** Resolves when the broker's process is gone: SIGTERM hands its partitions over, SIGKILL does not. */
  stop(id: BrokerId, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts a broker that was stopped, on the same data and ports. Its replicas may still have to catch up. */
  start(id: BrokerId): Promise<void>
  /** Kills all brokers and removes their data. */
  close(): Promise<void>
}

export async function startKafkaCluster(): Promise<KafkaCluster> {
  const jars = await kafkaJars()
  const ports = await freePorts(2 * brokerIds.length)
  const clientPorts = ports.slice(0, brokerIds.length)
  const controllerPorts = ports.slice(brokerIds.length)
  const voters = brokerIds.map((id, i) => `${id}@127.0.0.1:${controllerPorts[i]}`).join(',')
  const clusterId = newClusterId()
  const nodes = await Promise.all(
    brokerIds.map(async (id, i) => {
      const folder = await mkdtemp(join(tmpdir(), 'millrace-kafka-'))
      const java = new JavaProcess({ jars, folder, flags: javaFlags('256m') })
      const listeners = listenersOf(clientPorts[i]!, controllerPorts[i]!)
      return new Node(java, clientPorts[i]!, {
        'process.roles': 'broker,controller',
        'node.id': id,
        'controller.quorum.voters': voters,
        ...listeners,
        ...quickSessions,
        ...testProperties(folder, brokerIds.length),
        // One coordinator of all groups, one of all transactions.
        'offsets.topic.num.partitions': 1,
        'transaction.state.log.num.partitions': 1,
        'leader.imbalance.check.interval.seconds': 1,
        'leader.imbalance.per.broker.percentage': 0,
      })
    }),
  )
  const cluster = new LocalCluster(nodes)
  try {
    await Promise.all(nodes.map((node) => node.format(clusterId)))
    await Promise.all(nodes.map((node) => node.start()))
  } catch (error) {
    await cluster.close()
    throw error
  }
  return cluster
}

function listenersOf(clients: number, controller: number): ServerProperties {
  return {
    listeners: `PLAINTEXT://127.0.0.1:${clients},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${clients}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.quorum.election.timeout.ms': 300,
    'controller.quorum.fetch.timeout.ms': 1000,
  }
}

class LocalCluster implements KafkaCluster {
  readonly brokers: readonly string[]
  readonly #nodes: readonly Node[]

  constructor(nodes: readonly Node[]) {
    this.#nodes = nodes
    this.brokers = nodes.map(({ port }) => `127.0.0.1:${port}`)
  }

  skippedMarkers(): number {
    return this.#nodes.reduce((sum, { java }) => sum + java.skippedMarkers, 0)
  }

  stop(id: BrokerId, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    return this.#node(id).java.kill(signal)
  }

  start(id: BrokerId): Promise<void> {
    return this.#node(id).start()
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map(({ java }) => java.dispose()))
  }

  #node(id: BrokerId): Node {
    return this.#nodes[brokerIds.indexOf(id)]!
  }
}

class Node {
  readonly java: JavaProcess
  readonly port: number
  readonly #properties: ServerProperties
  #file = ''

  constructor(java: JavaProcess, port: number, properties: ServerProperties) {
    this.java = java
    this.port = port
    this.#properties = properties
  }

  async format(clusterId: string): Promise<void> {
    this.#file = await writeProperties(this.java.folder, this.#properties)
    await this.java.run('kafka.tools.StorageTool', ['format', '-t', clusterId, '-c', this.#file])
  }

  async start(): Promise<void> {
    this.java.start('kafka.Kafka', [this.#file])
    if (!(await this.java.ready(() => answersApiVersions(this.port)))) throw this.java.notStarted()
  }
}
