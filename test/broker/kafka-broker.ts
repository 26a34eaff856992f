import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream, readFileSync, rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { answersApiVersions } from './api-versions-probe.ts'
import { kafkaJars } from './kafka-jars.ts'

export interface KafkaBrokerOptions {
  /** Java's maximum heap; more for benches. */
  readonly heap?: string
  /** Lets Java optimize fully, which costs a slower start: for benches. */
  readonly optimize?: boolean
  /** Added to, or instead of, the server properties below. */
  readonly properties?: Readonly<Record<string, string | number>>
  /** Adds a listener SASL_SSL; `properties` must say how it is secured. */
  readonly secured?: boolean
}

export interface KafkaBroker {
  /** Bootstrap addresses, `host:port`. */
  readonly brokers: readonly string[]
  /** Addresses of the listener SASL_SSL, if there is one. */
  readonly securedBrokers: readonly string[]
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

/** Of the clients' listener, the controller's, and the secured one. */
type Ports = readonly [number, number, number]

const quickStart: readonly string[] = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const markerManager = 'kafka.coordinator.transaction.TransactionMarkerChannelManager'
const logLevels: readonly string[] = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  `-Dorg.slf4j.simpleLogger.log.${markerManager}=info`,
]

/** A single-node Apache Kafka on free loopback ports, or the cluster that KAFKA_BROKERS names. */
export async function startKafka(options: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
  const external = process.env['KAFKA_BROKERS']
  if (external) return externalCluster(external.split(','))
  const jars = await kafkaJars()
  const folder = await mkdtemp(join(tmpdir(), 'millrace-kafka-'))
  const ports = await freePorts()
  const broker = new LocalBroker(jars, folder, ports, options)
  try {
    await writeProperties(folder, ports, options)
    await broker.format()
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
    pid: 0,
    skippedMarkers: () => 0,
    kill: refuse,
    restart: refuse,
    stop: async () => {},
  }
}

class LocalBroker implements KafkaBroker {
  readonly brokers: readonly string[]
  readonly #jars: string
  readonly #folder: string
  readonly #port: number
  readonly securedBrokers: readonly string[]
  readonly #flags: readonly string[]
  #java: ChildProcess | undefined
  #exited: Promise<void> = Promise.resolve()
  #stopGuard: () => void = () => {}

  constructor(jars: string, folder: string, [port, , secured]: Ports, options: KafkaBrokerOptions) {
    this.#jars = jars
    this.#folder = folder
    this.#port = port
    this.#flags = [`-Xmx${options.heap ?? '512m'}`, ...(options.optimize ? [] : quickStart)]
    this.brokers = [`127.0.0.1:${port}`]
    this.securedBrokers = options.secured ? [`127.0.0.1:${secured}`] : []
    process.once('exit', this.#onExit)
  }

  readonly #onExit = (): void => {
    this.#java?.kill('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get pid(): number {
    return this.#java?.pid ?? 0
  }

  skippedMarkers(): number {
    return this.#log().split('while trying to send transaction markers for').length - 1
  }

  async format(): Promise<void> {
    const id = randomBytes(16)
    // In text it must not begin with a dash: the tool would take it for an option.
    id[0]! &= 0x7f
    this.#run('kafka.tools.StorageTool', [
      'format',
      '-t',
      id.toString('base64url'),
      '-c',
      join(this.#folder, 'server.properties'),
    ])
    await this.#exited
  }

  async start(): Promise<void> {
    this.#run('kafka.Kafka', [join(this.#folder, 'server.properties')])
    for (let attempt = 0; attempt < 600; attempt++) {
      if (await answersApiVersions(this.#port)) return
      if (!this.#java) break
      await sleep(50)
    }
    throw new Error(`Kafka did not start:\n${this.#log().slice(-4000)}`)
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#java?.kill(signal)
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await this.#exited
  }

  async restart(): Promise<void> {
    await this.kill('SIGTERM')
    await this.start()
  }

  async stop(): Promise<void> {
    await this.kill('SIGKILL')
    process.removeListener('exit', this.#onExit)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #run(main: string, args: readonly string[]): void {
    const log = createWriteStream(join(this.#folder, 'kafka.log'), { flags: 'a' })
    const java = spawn('java', [...this.#flags, ...logLevels, '-cp', join(this.#jars, '*'), main, ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    java.stdout.pipe(log, { end: false })
    java.stderr.pipe(log, { end: false })
    this.#java = java
    this.#stopGuard = guard(java.pid!, this.#folder)
    this.#exited = new Promise((resolve) => {
      java.once('close', () => {
        this.#stopGuard()
        this.#java = undefined
        log.end(resolve)
      })
    })
  }

  #log(): string {
    return readFileSync(join(this.#folder, 'kafka.log'), 'utf8')
  }
}

/** A shell that outlives this process just long enough to clean up: the pipe closes however the process ends. */
function guard(pid: number, folder: string): () => void {
  const cleanUp = 'cat; kill -9 "$0"; sleep 1; rm -rf "$1"'
  const shell = spawn('sh', ['-c', cleanUp, `${pid}`, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  return () => shell.kill('SIGKILL')
}

async function writeProperties(
  folder: string,
  [port, controllerPort, securedPort]: Ports,
  { properties: more = {}, secured = false }: KafkaBrokerOptions,
): Promise<void> {
  const clients = `PLAINTEXT://127.0.0.1:${port}${secured ? `,SASL_SSL://127.0.0.1:${securedPort}` : ''}`
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `${clients},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': clients,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(folder, 'data'),
    'num.network.threads': 2,
    'num.io.threads': 4,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 500,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    'broker.heartbeat.interval.ms': 500,
    'broker.session.timeout.ms': 3000,
    // Retention and the timestamp check follow record timestamps, and tests write old and future ones.
    'log.retention.ms': -1,
    'log.retention.bytes': -1,
    'log.message.timestamp.after.max.ms': '9223372036854775807',
    // Changelogs of windows have a retention of their own, which the cleaner sees to.
    'log.cleaner.backoff.ms': 86_400_000,
    'log.cleaner.dedupe.buffer.size': 4 << 20,
    ...more,
  }
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`)
  await writeFile(join(folder, 'server.properties'), lines.join(''))
}

/** All are held open until each is known, so that they differ. */
async function freePorts(): Promise<Ports> {
  const servers = await Promise.all([listenAnywhere(), listenAnywhere(), listenAnywhere()])
  const [clients, controller, secured] = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return [clients!, controller!, secured!]
}

function listenAnywhere(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}
