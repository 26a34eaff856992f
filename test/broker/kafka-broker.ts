import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { answersApiVersions, knowsItsCluster } from './broker-probe.ts'
import { freePorts } from './free-ports.ts'
import { JavaProcess, javaFlags } from './java-process.ts'
import { kafkaJars } from './kafka-jars.ts'
import { isBefore, kafkaVersion } from './kafka-version.ts'
import {
  newClusterId,
  quickSessions,
  type ServerProperties,
  testProperties,
  writeProperties,
} from './server-properties.ts'
import { startZooKeeper } from './zookeeper.ts'

export interface KafkaBrokerOptions {
  /** Of Apache Kafka. Default: KAFKA_VERSION, or the newest that Millrace supports. Before 3.3 it runs on ZooKeeper. */
  readonly version?: string
  /** Java's maximum heap; more for benches. */
  readonly heap?: string
  /** Lets Java optimize fully, which costs a slower start: for benches. */
  readonly optimize?: boolean
  /** Added to, or instead of, the server properties below. */
  readonly properties?: ServerProperties
  /** Adds a listener SASL_SSL; `properties` must say how it is secured. */
  readonly secured?: boolean
  /** More listeners without TLS, by name, each with the loopback port that the broker names in its stead: a proxy's. */
  readonly proxied?: Readonly<Record<string, number>>
}

export interface KafkaBroker {
  /** Bootstrap addresses, `host:port`. */
  readonly brokers: readonly string[]
  /** Addresses of the listener SASL_SSL, if there is one. */
  readonly securedBrokers: readonly string[]
  /** Where a listener of `proxied` really is. */
  proxiedPort(listener: string): number
  /** Its log.dirs; '' for a cluster that somebody else runs. */
  readonly dataFolder: string
  /** 0 for a cluster that somebody else runs. */
  readonly pid: number
  /**
   * Transactions whose markers Kafka gave up, as its log says. A single node that shuts down, or that came back within
   * broker.session.timeout.ms of a SIGKILL and is fenced as its own predecessor, has partitions without a leader for a
   * moment, and 4.3.1's TransactionMarkerChannelManager takes those that markers wait for as deleted. Such a
   * transaction is only ended by the next of the same producer, in whatever way that one ends.
   */
  skippedMarkers(): number
  /** Resolves when the process is gone (or, for SIGSTOP and SIGCONT, when the signal is sent). */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Stops it if it runs, and starts it on the same data and ports. */
  restart(): Promise<void>
  /** Kills it and removes its data. */
  stop(): Promise<void>
}

interface Ports {
  readonly clients: number
  /** KRaft's controller, or ZooKeeper. */
  readonly quorum: number
  readonly secured: number
  /** Of the listeners that proxies stand for. */
  readonly behind: readonly number[]
}

/** A single-node Apache Kafka on free loopback ports, or the cluster that KAFKA_BROKERS names. */
export async function startKafka(options: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
  const external = process.env['KAFKA_BROKERS']
  if (external) return externalCluster(external.split(','))
  const jars = await kafkaJars(options.version)
  const folder = await mkdtemp(join(tmpdir(), 'millrace-kafka-'))
  const [clients, quorum, secured, ...behind] = await freePorts(3 + Object.keys(options.proxied ?? {}).length)
  const ports = { clients: clients!, quorum: quorum!, secured: secured!, behind }
  const broker = new LocalBroker(jars, folder, ports, options)
  try {
    await broker.prepare()
    await broker.start()
  } catch (error) {
    await broker.stop()
    throw error
  }
  return broker
}

function externalCluster(brokers: readonly string[]): KafkaBroker {
  const refuse = async (): Promise<void> => {
    throw new Error('the cluster of KAFKA_BROKERS is not ours to stop: unset it to test broker failures')
  }
  return {
    brokers,
    securedBrokers: [],
    proxiedPort: () => 0,
    dataFolder: '',
    pid: 0,
    skippedMarkers: () => 0,
    kill: refuse,
    restart: refuse,
    stop: async () => {},
  }
}

class LocalBroker implements KafkaBroker {
  readonly brokers: readonly string[]
  readonly securedBrokers: readonly string[]
  readonly #jars: string
  readonly #ports: Ports
  readonly #options: KafkaBrokerOptions
  readonly #java: JavaProcess
  readonly #usesZooKeeper: boolean
  #zookeeper: JavaProcess | undefined
  #properties = ''

  constructor(jars: string, folder: string, ports: Ports, options: KafkaBrokerOptions) {
    this.#jars = jars
    this.#ports = ports
    this.#options = options
    this.#java = new JavaProcess({ jars, folder, flags: javaFlags(options.heap ?? '512m', options.optimize) })
    this.#usesZooKeeper = isBefore(options.version ?? kafkaVersion, '3.3')
    this.brokers = [`127.0.0.1:${ports.clients}`]
    this.securedBrokers = options.secured ? [`127.0.0.1:${ports.secured}`] : []
  }

  get dataFolder(): string {
    return join(this.#java.folder, 'data')
  }

  get pid(): number {
    return this.#java.pid
  }

  proxiedPort(listener: string): number {
    const at = Object.keys(this.#options.proxied ?? {}).indexOf(listener)
    return this.#ports.behind[at] ?? 0
  }

  skippedMarkers(): number {
    return this.#java.skippedMarkers
  }

  /** What a first start needs. */
  async prepare(): Promise<void> {
    const { folder } = this.#java
    this.#properties = await writeProperties(folder, {
      ...(this.#usesZooKeeper ? zooKeeperProperties : kraftProperties)(this.#ports, this.#options),
      ...testProperties(folder),
      ...this.#options.properties,
    })
    if (this.#usesZooKeeper) this.#zookeeper = await startZooKeeper(this.#jars, folder, this.#ports.quorum)
    else
      await this.#java.run('kafka.tools.StorageTool', [
        'format',
        '-t',
        newClusterId(),
        '-c',
        this.#properties,
      ])
  }

  async start(): Promise<void> {
    const { clients } = this.#ports
    const shows = this.#usesZooKeeper ? knowsItsCluster : answersApiVersions
    for (let attempt = 0; attempt < (this.#usesZooKeeper ? 20 : 1); attempt++) {
      this.#java.start('kafka.Kafka', [this.#properties])
      if (await this.#java.ready(() => shows(clients))) return
      // It refuses to start while the session of its predecessor is alive.
      if (this.#usesZooKeeper) await sleep(500)
    }
    throw this.#java.notStarted()
  }

  kill(signal?: NodeJS.Signals): Promise<void> {
    return this.#java.kill(signal)
  }

  async restart(): Promise<void> {
    await this.kill('SIGTERM')
    await this.start()
  }

  async stop(): Promise<void> {
    await this.#java.kill()
    await this.#zookeeper?.dispose()
    await this.#java.dispose()
  }
}

function kraftProperties(ports: Ports, options: KafkaBrokerOptions): ServerProperties {
  const listeners = listenersOf(ports, options)
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.quorum}`,
    'controller.listener.names': 'CONTROLLER',
    ...listeners,
    listeners: `${listeners.listeners},CONTROLLER://127.0.0.1:${ports.quorum}`,
    'listener.security.protocol.map': `${listeners['listener.security.protocol.map']},CONTROLLER:PLAINTEXT`,
    ...quickSessions,
  }
}

function zooKeeperProperties(ports: Ports, options: KafkaBrokerOptions): ServerProperties {
  return {
    'broker.id': 1,
    'zookeeper.connect': `127.0.0.1:${ports.quorum}`,
    'zookeeper.session.timeout.ms': 3000,
    ...listenersOf(ports, options),
  }
}

function listenersOf(
  { clients, secured: securedPort, behind }: Ports,
  { secured = false, proxied = {} }: KafkaBrokerOptions,
): Record<
  'listeners' | 'advertised.listeners' | 'listener.security.protocol.map' | 'inter.broker.listener.name',
  string
> {
  const direct = `PLAINTEXT://127.0.0.1:${clients}${secured ? `,SASL_SSL://127.0.0.1:${securedPort}` : ''}`
  const names = Object.keys(proxied)
  const own = names.map((name, i) => `,${name}://127.0.0.1:${behind[i]}`).join('')
  const named = names.map((name) => `,${name}://127.0.0.1:${proxied[name]}`).join('')
  const plain = names.map((name) => `,${name}:PLAINTEXT`).join('')
  return {
    listeners: `${direct}${own}`,
    'advertised.listeners': `${direct}${named}`,
    'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL${plain}`,
    'inter.broker.listener.name': 'PLAINTEXT',
  }
}
