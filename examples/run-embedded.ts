import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { KafkaStreams, type Tables, type Topic, type Topology } from 'millrace'
import { EmbeddedKafka, type ReadRecord } from 'millrace/testing'

export interface EmbeddedRun<T extends Tables, K, V> {
  readonly applicationId: string
  readonly topology: Topology<T>
  /** Created with two partitions each. */
  readonly topics: readonly Pick<Topic<never, never>, 'name'>[]
  readonly output: Topic<K, V>
  /** Sends the input. */
  send(kafka: EmbeddedKafka): Promise<void>
  /** Looked at until it says that everything is there. */
  complete(records: readonly ReadRecord<K, V>[]): boolean
}

const longestMs = 30_000

/** Runs an application on a Kafka inside this process until its output is complete. @returns the output. */
export async function runEmbedded<T extends Tables, K, V>(
  run: EmbeddedRun<T, K, V>,
): Promise<readonly ReadRecord<K, V>[]> {
  const stateDir = await mkdtemp(join(tmpdir(), 'millrace-example-'))
  await using kafka = new EmbeddedKafka()
  await kafka.createTopics(2, ...run.topics)
  const app = new KafkaStreams(run.topology, {
    applicationId: run.applicationId,
    kafka,
    stateDir,
    commitInterval: 100,
  })
  try {
    await app.start()
    await run.send(kafka)
    for (const end = Date.now() + longestMs; Date.now() < end && !app.error; await sleep(50)) {
      const records = await kafka.read(run.output)
      if (run.complete(records)) return records
    }
    throw app.error ?? new Error(`${run.applicationId}: the output is not complete after ${longestMs} ms`)
  } finally {
    await app.close()
    await rm(stateDir, { recursive: true, force: true })
  }
}
