import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject, onTestFinished } from 'vitest'
import type { KafkaStreamsOptions } from '../../src/app/application-options.ts'
import { KafkaStreams } from '../../src/app/kafka-streams.ts'
import type { Client, Producer } from '../../src/client/client.ts'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import { utf8, utf8Text } from '../../src/core/bytes.ts'
import { type HookEvents, Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import type { TopicPartition } from '../../src/core/topic-partition.ts'
import type { KTable } from '../../src/dsl/table.ts'
import { type Topic, topic } from '../../src/dsl/topic.ts'
import { type Tables, type Topology, topology } from '../../src/dsl/topology.ts'
import { tumbling } from '../../src/dsl/windows.ts'
import { field } from '../../src/expr/build.ts'
import { windowKey } from '../../src/expr/window-key.ts'
import { partitionFor } from '../../src/protocol/partitioner.ts'
import { encodeBatch, type RecordToEncode } from '../../src/protocol/record-batch/encode.ts'
import { json } from '../../src/serde/json.ts'
import { long, string } from '../../src/serde/scalars.ts'
import type { Windowed } from '../../src/serde/windowed.ts'
import { partitionsOf, readCommitted } from '../crash/topic-log.ts'

interface Click {
  readonly userId: string
  readonly timestamp: number
}

export const partitions = 4
const windowMs = 300_000
/** Near to now: brokers delete what is in changelogs of windows that ended long ago. */
export const windowStart: number = Math.floor(Date.now() / windowMs) * windowMs

type App = KafkaStreams<Tables>

/** What has happened in an application, in order: `committed`, `tasks 0_0 0_1`, `restored 0_0`, `aborted fenced` ... */
export type Happenings = string[]

/** The click count under names of its own. */
export class AppHarness implements AsyncDisposable {
  readonly name: string = `app-${randomUUID().slice(0, 13)}`
  readonly clicks: Topic<string, Click> = topic(`${this.name}-clicks`, {
    key: string,
    value: json<Click>(),
    timestamp: field('timestamp').seconds(),
  })
  readonly counts: Topic<string, number> = topic(`${this.name}-counts`, { key: string, value: long })
  readonly changelog: string = `${this.name}-counts-store-changelog`
  readonly topology: Topology<{ counts: KTable<Windowed<string>, number> }> = topology(
    import.meta.url,
    (b) => {
      const counts = b
        .stream(this.clicks)
        .groupByKey()
        .windowedBy(tumbling('5m', { grace: '1m' }))
        .count({ store: { name: 'counts-store' } })
      counts.toStream().selectKey(windowKey('{key}@{start:HH:mm:ss}')).to(this.counts)
      return { counts }
    },
  )
  readonly brokers: readonly string[]
  readonly client: Client
  readonly folder: string = mkdtempSync(join(tmpdir(), 'millrace-app-'))
  readonly #apps: Pick<App, 'close'>[] = []
  #producer: Promise<Producer> | undefined

  constructor(brokers: readonly string[]) {
    this.brokers = brokers
    this.client = createKafkaClient(
      { brokers, clientId: 'app-test' },
      { clock: systemClock, logger: silentLogger, hooks: new Hooks() },
    )
  }

  async createTopics(...names: readonly string[]): Promise<void> {
    await this.client.createTopics(
      [this.clicks.name, this.counts.name, ...names].map((name) => ({
        name,
        partitions,
        replicationFactor: -1,
        configs: {},
      })),
    )
  }

  /** An instance with a state directory of its own. */
  app<T extends Tables>(
    instance: string,
    topology: Topology<T>,
    options: Partial<KafkaStreamsOptions> = {},
  ): KafkaStreams<T> {
    const app = new KafkaStreams(topology, {
      applicationId: this.name,
      kafka: { brokers: this.brokers },
      stateDir: join(this.folder, instance),
      commitInterval: 100,
      // Every update is emitted, unless a test wants it otherwise.
      cacheMaxBytes: 0,
      logger: silentLogger,
      heartbeatInterval: 100,
      // Long: what must not wait for it would exceed the limit of the test.
      sessionTimeout: '10m',
      ...options,
    })
    this.#apps.push(app)
    return app
  }

  /** A click each, in the window. */
  async click(...users: readonly string[]): Promise<void> {
    await this.send(
      this.clicks.name,
      users.map((userId) => ({
        timestamp: windowStart,
        key: utf8(userId),
        value: utf8(JSON.stringify({ userId, timestamp: windowStart / 1000 } satisfies Click)),
      })),
    )
  }

  /** Partitioned by key; by nobody's transaction. */
  async send(topic: string, records: readonly RecordToEncode[], count: number = partitions): Promise<void> {
    this.#producer ??= this.#newProducer()
    const producer = await this.#producer
    for (let partition = 0; partition < count; partition++) {
      const here = records.filter(({ key }) => partitionFor(key!, count) === partition)
      if (here.length > 0) sendBatch(producer, topic, partition, here, false)
    }
    await producer.flush()
  }

  async #newProducer(): Promise<Producer> {
    const producer = this.client.producer({ transactionTimeoutMs: 10_000 })
    await producer.init()
    return producer
  }

  /** Waits until all clicks are committed. @throws what ended one of the applications. */
  caughtUp(...apps: readonly Pick<App, 'error'>[]): Promise<void> {
    return this.committedToEnd(partitionsOf(this.clicks.name, partitions), ...apps)
  }

  /** Waits until these are committed to their present end. @throws what ended one of the applications. */
  async committedToEnd(
    input: readonly TopicPartition[],
    ...apps: readonly Pick<App, 'error'>[]
  ): Promise<void> {
    const ends = await this.client.listOffsets(input, 'latest', 'read_uncommitted')
    await until(
      async () => {
        const committed = await this.client.committedOffsets(this.name, input)
        return ends.every(
          (end) =>
            end.offset === 0 ||
            committed.some(({ partition, offset }) => partition === end.partition && offset >= end.offset),
        )
      },
      ...apps,
    )
  }

  /** The counts of each output key, in order, as a read_committed reader finds them. */
  async updates(topic: string = this.counts.name): Promise<ReadonlyMap<string, readonly number[]>> {
    const updates = new Map<string, number[]>()
    await readCommitted(this.client, partitionsOf(topic, partitions), (_, { key, value }) => {
      const name = utf8Text(key!)
      updates.set(name, [...(updates.get(name) ?? []), long.deserialize(value!)])
    })
    return updates
  }

  /** What exactly once means here: 1, 2, ... n for each user. */
  expected(clicks: Readonly<Record<string, number>>): ReadonlyMap<string, readonly number[]> {
    return new Map(
      Object.entries(clicks).map(([user, n]) => [
        outputKey(user),
        Array.from({ length: n }, (_, i) => i + 1),
      ]),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.close()))
    await this.client.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export function outputKey(user: string): string {
  return `${user}@${new Date(windowStart).toISOString().slice(11, 19)}`
}

/** A harness that goes when the test ends; by default on the broker of the run. */
export async function openHarness(brokers: readonly string[] = inject('kafkaBrokers')): Promise<AppHarness> {
  const harness = new AppHarness(brokers)
  onTestFinished(() => harness[Symbol.asyncDispose]())
  await harness.createTopics()
  return harness
}

export function sendBatch(
  producer: Producer,
  topic: string,
  partition: number,
  records: readonly RecordToEncode[],
  transactional: boolean,
): void {
  const batch = encodeBatch(records, {
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    sequence: producer.reserve(topic, partition, records.length),
    transactional,
  })
  const buffer = producer.buffer(batch.length)
  buffer.set(batch)
  producer.send(topic, partition, buffer)
}

export function happeningsIn(app: Pick<App, 'on'>): Happenings {
  const happened: Happenings = []
  const note = <E extends keyof HookEvents>(event: E, text: (facts: HookEvents[E]) => string): void => {
    app.on(event, (facts) => happened.push(`${event} ${text(facts)}`.trim()))
  }
  note('committed', () => '')
  note('tasks', ({ assigned }) => assigned.toSorted().join(' '))
  note('restored', ({ task, from, records }) => `${task} from ${from}: ${records}`)
  note('aborted', ({ error }) => error.code)
  note('stateSetAside', ({ task }) => task)
  return happened
}

/** Waits for a condition. @throws what ended one of the applications. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  ...apps: readonly Pick<App, 'error'>[]
): Promise<void> {
  while (!(await condition())) {
    for (const { error } of apps) if (error) throw error
    await sleep(5)
  }
}
