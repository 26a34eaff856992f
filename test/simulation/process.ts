import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KafkaStreams } from '../../src/app/kafka-streams.ts'
import type { EmbeddedCluster } from '../../src/client/embedded/cluster.ts'
import { StreamsError } from '../../src/core/errors.ts'
import type { Logger } from '../../src/core/logger.ts'
import type { KTable } from '../../src/dsl/table.ts'
import type { Tables, Topology } from '../../src/dsl/topology.ts'
import type { StoreView } from '../../src/query/store-view.ts'
import type { Windowed } from '../../src/serde/windowed.ts'
import type { Random } from '../crash/random.ts'
import type { Disk } from './disk.ts'
import type { Invariants } from './invariants.ts'
import { Killed, Life } from './life.ts'
import type { Mutation } from './mutations.ts'
import type { Nemesis } from './nemesis.ts'
import type { Scheduler } from './scheduler.ts'
import { applicationId, type Settings } from './settings.ts'
import { simulatedClient } from './simulated-client.ts'
import type { StoreKeyValue } from './store-questions.ts'

export interface ProcessParts {
  readonly name: string
  readonly stateDir: string
  readonly threads: number
  readonly topology: Topology<Tables>
  readonly settings: Settings
  readonly cluster: EmbeddedCluster
  readonly scheduler: Scheduler
  readonly nemesis: Nemesis
  readonly invariants: Invariants
  readonly disk: Disk
  readonly random: Random
  readonly mutation: Mutation | undefined
}

/** How far wall clocks of processes may be apart, ms. */
const skewMs = 2000

/** One process of the application, which dies and is started again on the state that it left. */
export class Process {
  readonly name: string
  readonly #parts: ProcessParts
  #life: Life | undefined
  #app: KafkaStreams<Tables> | undefined
  /** Told to end within a time: its client may be closed under its threads. */
  #hurried: Life | undefined
  #lives = 0

  constructor(parts: ProcessParts) {
    this.name = parts.name
    this.#parts = parts
    this.#begin()
  }

  /** Undefined while it is down. */
  get app(): KafkaStreams<Tables> | undefined {
    return this.#app
  }

  get running(): boolean {
    return this.#app?.state === 'RUNNING'
  }

  /** It runs so many tasks. */
  runs(tasks: number): boolean {
    const names = this.#app?.threads.flatMap(({ activeTasks }) => activeTasks) ?? []
    return this.running && new Set(names).size === tasks
  }

  /** @returns what its store says; undefined: nothing. It is asked again while it is not ready. */
  async ask({ table, key, windowStart }: StoreKeyValue): Promise<unknown> {
    for (;;) {
      const app = this.#app
      if (!app) throw new Error(`${this.name} is down`)
      try {
        const view = app.store(table) as unknown as StoreView<KTable<Windowed<string>, unknown>> &
          StoreView<KTable<string, unknown>>
        return await (windowStart === undefined ? view.get(key) : view.fetch(key, windowStart))
      } catch (error) {
        if (!StreamsError.is(error, 'store-not-ready')) throw error
      }
      await this.#life?.clock.sleep(20)
    }
  }

  start(): void {
    if (this.#app) return
    const { name, threads, topology, settings, scheduler, disk, nemesis, random, stateDir } = this.#parts
    const life = new Life(`${name}.${++this.#lives}`, this, scheduler, random.int(-skewMs, skewMs))
    const app = new KafkaStreams(topology, {
      applicationId,
      stateDir,
      threads,
      clock: life.clock,
      openRows: disk.of(life, nemesis),
      kafka: { createClient: (context) => simulatedClient(context, { ...this.#parts, life }) },
      applicationServer: `${name}:1`,
      ...(settings.staticMembers && { groupInstanceId: name }),
      kernel: settings.kernel,
      numStandbyReplicas: settings.numStandbyReplicas,
      acceptableRecoveryLag: settings.acceptableRecoveryLag,
      probingRebalanceInterval: 1000,
      commitInterval: settings.commitInterval,
      checkpointInterval: settings.checkpointInterval,
      transactionTimeout: settings.transactionTimeout,
      sessionTimeout: settings.sessionTimeout,
      heartbeatInterval: Math.floor(settings.sessionTimeout / 4),
      rebalanceTimeout: settings.rebalanceTimeout,
      repartitionPurgeInterval: 300,
      metadataMaxAge: 2000,
      maxTaskIdle: settings.maxTaskIdle === -1 ? -1 : settings.maxTaskIdle,
      stateMemory: 2 ** 20,
      stateMapSize: 2 ** 26,
      cacheMaxBytes: settings.caching ? 2 ** 20 : 0,
      logger: this.#logger(life),
      uncaughtErrorHandler: (error) =>
        !life.death && isSimulated(error) ? 'replace-thread' : 'shutdown-client',
    })
    this.#life = life
    this.#app = app
    app.on('state', ({ to }) => this.#note(life, to))
    app.on('tasks', ({ thread, assigned, standby }) =>
      this.#note(life, `${thread.slice(-1)} runs ${assigned.join(' ')} | ${standby.join(' ')}`),
    )
    app.on('committed', ({ thread, records }) =>
      this.#note(life, `${thread.slice(-1)} committed ${records} records`),
    )
    app.on('aborted', ({ thread, error }) => this.#note(life, `${thread.slice(-1)} aborted: ${error.code}`))
    app.on('restored', ({ task, store, from, to }) =>
      this.#note(life, `${task} restored ${store} ${from} - ${to}`),
    )
    app.on('stateSetAside', ({ task, reason }) => this.#setAside(life, task, reason))
    // What keeps it from running is seen at its end.
    app.start().catch(() => {})
    void app.ended().then((error) => this.#ended(life, error))
  }

  /** `kill -9`; it is over when the scheduler comes to rest. */
  crash(): void {
    const { scheduler } = this.#parts
    const life = this.#life
    const app = this.#app
    if (!life || !app) return
    life.kill(scheduler)
    scheduler.whileBusy(app.ended())
  }

  /** Asks it to end, and ends it when that takes longer. */
  async closeWithin(ms: number): Promise<void> {
    this.#hurried = this.#life
    await this.#app?.close({ timeout: ms })
  }

  /** Its wall clock is set: nobody may be hurt. */
  setClock(): void {
    const { random } = this.#parts
    if (this.#life) this.#life.skewMs = random.int(-skewMs, skewMs)
  }

  /** After a pause that has not ended. */
  thaw(): void {
    if (this.#life) this.#life.frozenUntil = 0
  }

  /** Asks it to end. */
  async close(leaveGroup?: boolean): Promise<void> {
    await this.#app?.close(leaveGroup === undefined ? {} : { leaveGroup })
  }

  /** Its disk is lost, while it is down. */
  loseDisk(): void {
    if (this.#app) return
    rmSync(this.#parts.stateDir, { recursive: true, force: true })
    this.#begin()
  }

  /** The process id is drawn, not left to chance. */
  #begin(): void {
    const { random, stateDir } = this.#parts
    const directory = join(stateDir, applicationId)
    mkdirSync(directory, { recursive: true })
    const hex = Array.from({ length: 32 }, () => random.int(0, 15).toString(16)).join('')
    const processId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    writeFileSync(join(directory, 'kafka-streams-process-metadata'), JSON.stringify({ processId }))
  }

  #ended(life: Life, error: Error | undefined): void {
    this.#life = undefined
    this.#app = undefined
    // While it closes, no thread takes the place of one that died.
    if (life.death || !error || isSimulated(error)) return
    if (life === this.#hurried && StreamsError.is(error, 'lifecycle')) return
    this.#parts.invariants.broken(`${life.name} ended: ${error.stack}`)
  }

  /** Whatever happens to a process: its state must be good. */
  #setAside(life: Life, task: string, reason: string): void {
    this.#note(life, `${task} set aside: ${reason}`)
    this.#parts.invariants.broken(`${life.name}: state of task ${task} was set aside: ${reason}`)
  }

  #note(life: Life, what: string): void {
    if (!life.death) this.#parts.scheduler.note(life, what)
  }

  #logger(life: Life): Logger {
    const log = (level: string, facts: object, message: string): void => {
      if (life.death) return
      const cause = 'err' in facts && facts.err instanceof Error ? ` (${facts.err.message})` : ''
      this.#note(life, `${level}: ${message}${cause}`.split('\n')[0]!)
    }
    return {
      debug: () => {},
      info: (facts, message) => log('info', facts, message),
      warn: (facts, message) => log('warn', facts, message),
      error: (facts, message) => log('error', facts, message),
    }
  }
}

/** A leader that fails tells all members, and each of its threads ends as in Java. */
function isSimulated(error: Error): boolean {
  if (error instanceof Killed || error.message.startsWith('simulated')) return true
  if (error.message.startsWith('the group leader could not assign tasks')) return true
  return error.cause instanceof Error && isSimulated(error.cause)
}
