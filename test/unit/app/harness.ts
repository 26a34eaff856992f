import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { KafkaStreamsOptions } from '../../../src/app/application-options.ts'
import { KafkaStreams } from '../../../src/app/kafka-streams.ts'
import type { Client, CommittedOffset } from '../../../src/client/client.ts'
import { type DropReason, Hooks } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { type Clock, systemClock } from '../../../src/core/time/clock.ts'
import type { Tables, Topology } from '../../../src/dsl/topology.ts'
import { EmbeddedKafka } from '../../../src/testing/embedded-kafka.ts'
import { partitionsOf, readCommitted } from '../../crash/topic-log.ts'

export const applicationId = 'app'

/** Topics, as far as the harness is concerned. */
interface Named {
  readonly name: string
}

/** A record as it lies in a topic: bytes in hexadecimal, headers left out. */
export interface LoggedRecord {
  readonly partition: number
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
}

/** An embedded cluster, a state directory, and the applications that run on them one after the other. */
export class Harness implements AsyncDisposable {
  readonly kafka: EmbeddedKafka
  readonly client: Client
  readonly stateDir: string = mkdtempSync(join(tmpdir(), 'millrace-app-'))
  readonly #clock: Clock
  readonly #apps: Pick<KafkaStreams<Tables>, 'close'>[] = []

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
    this.kafka = new EmbeddedKafka({ clock })
    this.client = this.kafka.createClient({ clock, logger: silentLogger, hooks: new Hooks() })
  }

  app<T extends Tables>(topology: Topology<T>, options: Partial<KafkaStreamsOptions> = {}): KafkaStreams<T> {
    const app = new KafkaStreams(topology, {
      applicationId,
      kafka: this.kafka,
      clock: this.#clock,
      stateDir: this.stateDir,
      commitInterval: 10,
      logger: silentLogger,
      ...options,
    })
    this.#apps.push(app)
    return app
  }

  async started<T extends Tables>(
    topology: Topology<T>,
    options: Partial<KafkaStreamsOptions> = {},
  ): Promise<KafkaStreams<T>> {
    const app = this.app(topology, options)
    await app.start()
    return app
  }

  /** Waits until the application has committed all that lies in these topics; name those upstream first. */
  async caughtUp(app: Pick<KafkaStreams<Tables>, 'error'>, ...topics: readonly Named[]): Promise<void> {
    for (const { name } of topics) await until(() => this.#allCommitted(name), app)
  }

  async committed(topic: Named): Promise<readonly CommittedOffset[]> {
    const partitions = partitionsOf(topic.name, await this.#partitions(topic.name))
    return this.client.committedOffsets(applicationId, partitions)
  }

  /** What a read_committed reader finds, each partition in order. */
  async log(topic: string): Promise<readonly LoggedRecord[]> {
    const records: LoggedRecord[][] = []
    const partitions = partitionsOf(topic, await this.#partitions(topic))
    await readCommitted(this.client, partitions, (partition, { key, value, timestamp }) => {
      records[partition] ??= []
      records[partition].push({ partition, key: hex(key), value: hex(value), timestamp })
    })
    return records.flat()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.close()))
    await this.client.close()
    await this.kafka[Symbol.asyncDispose]()
    rmSync(this.stateDir, { recursive: true, force: true })
  }

  async #allCommitted(topic: string): Promise<boolean> {
    const partitions = partitionsOf(topic, await this.#partitions(topic))
    const ends = await this.client.listOffsets(partitions, 'latest', 'read_uncommitted')
    const committed = await this.client.committedOffsets(applicationId, partitions)
    return ends.every(
      (end) =>
        end.offset === 0 ||
        committed.some(({ partition, offset }) => partition === end.partition && offset === end.offset),
    )
  }

  async #partitions(topic: string): Promise<number> {
    return (await this.client.topics([topic])).get(topic)?.partitions ?? 0
  }
}

/** A harness that goes when the test ends. */
export function openHarness(clock?: Clock): Harness {
  const harness = new Harness(clock)
  onTestFinished(() => harness[Symbol.asyncDispose]())
  return harness
}

/** Waits for a condition. @throws what ended the application, if it did. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  app?: Pick<KafkaStreams<Tables>, 'error'>,
): Promise<void> {
  while (!(await condition())) {
    if (app?.error) throw app.error
    await sleep(1)
  }
}

/** Counts what an application drops, by reason. */
export function droppedBy(app: Pick<KafkaStreams<Tables>, 'on'>): Partial<Record<DropReason, number>> {
  const counts: Partial<Record<DropReason, number>> = {}
  app.on('dropped', ({ reason, count }) => {
    counts[reason] = (counts[reason] ?? 0) + count
  })
  return counts
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes && Buffer.from(bytes).toString('hex')
}
