import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KafkaStreams } from '../../src/app/kafka-streams.ts'
import { Cluster } from '../../src/client/kafka/cluster.ts'
import { kafkaSettings } from '../../src/client/kafka/options.ts'
import type { StreamsError } from '../../src/core/errors.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { topic } from '../../src/dsl/topic.ts'
import { type Tables, topology } from '../../src/dsl/topology.ts'
import { tumbling } from '../../src/dsl/windows.ts'
import { windowKey } from '../../src/expr/window-key.ts'
import { long, string } from '../../src/serde/scalars.ts'
import { type BrokerId, brokerIds, type KafkaCluster, startKafkaCluster } from '../broker/kafka-cluster.ts'
import { isBefore, kafkaVersion } from '../broker/kafka-version.ts'
import { partitionsOf } from '../crash/topic-log.ts'
import { AppHarness, outputKey, partitions, until } from './app-harness.ts'

const users = Array.from({ length: 40 }, (_, i) => `user${i}`)
const lastDigits = Array.from({ length: 10 }, (_, i) => `${i}`)

/** It takes minutes. */
const { BROKERS_LONG } = process.env

// Three brokers are a KRaft cluster here.
const cannotRun = process.env['KAFKA_BROKERS'] !== undefined || isBefore(kafkaVersion, '3.3')

describe.skipIf(cannotRun)('on three brokers, of which one is away at times', { timeout: 300_000 }, () => {
  let kafka: KafkaCluster
  let load: Load

  beforeAll(async () => {
    kafka = await startKafkaCluster()
    load = new Load(kafka)
    await load.start()
  })
  afterAll(async () => {
    await load?.[Symbol.asyncDispose]()
    await kafka?.close()
  })

  test('one is killed, and all are restarted one after the other', async () => {
    const coordinator = await load.leader('__transaction_state', 0)
    await kafka.stop(coordinator, 'SIGKILL')
    await load.progress()
    await kafka.start(coordinator)
    await load.inSync()
    for (const id of brokerIds) {
      await kafka.stop(id, 'SIGTERM')
      await kafka.start(id)
      await load.inSync()
    }
    await load.progress()
    await load.verify()
  })

  describe.runIf(BROKERS_LONG)('one thing at a time', () => {
    test('leaders move to other brokers, and back', async () => {
      const { topic, partition } = load.input
      const preferred = await load.leader(topic, partition)
      await kafka.stop(preferred, 'SIGTERM')
      await load.progress()
      expect(await load.leader(topic, partition)).not.toBe(preferred)
      await kafka.start(preferred)
      await until(async () => (await load.leader(topic, partition)) === preferred)
      await load.progress()
      await load.verify()
    })

    test('a broker that leads partitions of the input is killed', async () => {
      const leader = await load.leader(load.input.topic, load.input.partition)
      await kafka.stop(leader, 'SIGKILL')
      await load.progress()
      await kafka.start(leader)
      await load.inSync()
      await load.verify()
    })

    test('the coordinator of the transactions is killed', async () => {
      const coordinator = await load.leader('__transaction_state', 0)
      await kafka.stop(coordinator, 'SIGKILL')
      await load.progress()
      await kafka.start(coordinator)
      await load.inSync()
      await load.verify()
    })

    test('the coordinator of the group is killed while an instance joins, and while it leaves', async () => {
      for (const rebalance of [() => load.join(), () => load.leave()]) {
        const coordinator = await load.leader('__consumer_offsets', 0)
        const rebalanced = rebalance()
        await kafka.stop(coordinator, 'SIGKILL')
        await rebalanced
        await load.progress()
        await kafka.start(coordinator)
        await load.inSync()
      }
      await load.verify()
    })
  })
})

/** Clicks without end, and two instances that count them: each user's, and by the last digit of the name. */
class Load implements AsyncDisposable {
  readonly #harness: AppHarness
  readonly #cluster: Cluster
  readonly #perDigit: string
  readonly #repartition: string
  #newInstance: (name: string) => KafkaStreams<Tables> = () => {
    throw new Error('call start first')
  }
  #apps: KafkaStreams<Tables>[] = []
  #rounds = 0
  #feeding = new AbortController()
  #fed: Promise<void> = Promise.resolve()
  /** What ended the input. */
  error: StreamsError | undefined

  constructor({ brokers }: KafkaCluster) {
    this.#harness = new AppHarness(brokers)
    this.#perDigit = `${this.#harness.name}-per-digit`
    this.#repartition = `${this.#harness.name}-by-digit-repartition`
    const context = { clock: systemClock, logger: silentLogger, hooks: new Hooks() }
    this.#cluster = new Cluster(kafkaSettings({ brokers, clientId: 'leaders' }), context)
  }

  /** One of the partitions that the application reads. */
  get input(): { readonly topic: string; readonly partition: number } {
    return { topic: this.#harness.clicks.name, partition: 0 }
  }

  async start(): Promise<void> {
    const { clicks, counts } = this.#harness
    await this.#harness.createTopics(this.#perDigit)
    const perDigit = topic(this.#perDigit, { key: string, value: long })
    const counting = topology(import.meta.url, (b) => {
      const input = b.stream(clicks)
      input
        .groupByKey()
        .windowedBy(tumbling('5m', { grace: '1m' }))
        .count({ store: { name: 'counts-store' } })
        .toStream()
        .selectKey(windowKey('{key}@{start:HH:mm:ss}'))
        .to(counts)
      input
        .selectKey((click) => click!.userId.slice(-1), { key: string })
        .groupByKey({ name: 'by-digit' })
        .count({ store: { name: 'digits-store' } })
        .toStream()
        .to(perDigit)
      return {}
    })
    this.#newInstance = (name) => this.#harness.app(name, counting)
    this.#apps = ['first', 'second'].map(this.#newInstance)
    for (const app of this.#apps) await app.start()
    this.#feed()
    await this.progress()
  }

  /** One more instance. */
  async join(): Promise<void> {
    const third = this.#newInstance('third')
    this.#apps.push(third)
    await third.start()
  }

  /** The last instance closes. */
  async leave(): Promise<void> {
    await this.#apps.pop()?.close()
  }

  /** Waits for clicks that are sent from now on to be counted. */
  async progress(): Promise<void> {
    const { topic } = this.input
    const rounds = this.#rounds
    await until(() => this.#rounds > rounds + 1, this, ...this.#apps)
    await this.#harness.committedToEnd(partitionsOf(topic, partitions), ...this.#apps)
  }

  async leader(topic: string, partition: number): Promise<BrokerId> {
    let leader: number | undefined
    await until(async () => {
      await this.#cluster.retry.run(() => this.#cluster.describe([topic]))
      leader = this.#cluster.leader(topic, partition)
      return leader !== undefined
    })
    return leader as BrokerId
  }

  /** Waits until every replica of every partition has caught up. */
  async inSync(): Promise<void> {
    await until(
      async () => {
        const topics = await this.#cluster.retry.run(() => this.#cluster.describeAll())
        return topics.every((one) =>
          one.partitions.every(({ isrNodes }) => isrNodes.length === brokerIds.length),
        )
      },
      ...this.#apps,
    )
  }

  /** Each count came once, in order, of all that was sent so far. The input rests meanwhile. */
  async verify(): Promise<void> {
    this.#feeding.abort()
    await this.#fed
    if (this.error) throw this.error
    try {
      await this.#verify(this.#rounds)
    } finally {
      this.#feed()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#feeding.abort()
    await this.#fed
    await this.#harness[Symbol.asyncDispose]()
    await this.#cluster.close()
  }

  async #verify(rounds: number): Promise<void> {
    await this.#harness.caughtUp(...this.#apps)
    await this.#harness.committedToEnd(partitionsOf(this.#repartition, partitions), ...this.#apps)
    const oneTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1)
    expect(await this.#harness.updates()).toEqual(
      new Map(users.map((user) => [outputKey(user), oneTo(rounds)])),
    )
    const perDigit = (users.length / lastDigits.length) * rounds
    expect(await this.#harness.updates(this.#perDigit)).toEqual(
      new Map(lastDigits.map((digit) => [digit, oneTo(perDigit)])),
    )
  }

  #feed(): void {
    const feeding = new AbortController()
    this.#feeding = feeding
    const run = async (): Promise<void> => {
      for (; !feeding.signal.aborted; this.#rounds++) {
        await this.#harness.click(...users)
        await sleep(20)
      }
    }
    this.#fed = run().catch((error: StreamsError) => {
      this.error = error
    })
  }
}
