import { Kafka, logLevel } from 'kafkajs'
import type { EmbeddedKafka } from 'millrace/testing'
import { aggregatedClicks, type Click, userClicks } from '../click-count.ts'

/** Where the demo's clicks go in. */
export interface Feeder {
  createTopics(): Promise<void>
  send(clicks: readonly Click[]): Promise<void>
  close(): Promise<void>
}

const partitions = 4

export function embeddedFeeder(kafka: EmbeddedKafka): Feeder {
  return {
    createTopics: () => kafka.createTopics(partitions, userClicks, aggregatedClicks),
    send: (clicks) =>
      kafka.send(
        userClicks,
        clicks.map((click) => ({ key: click.userId, value: click })),
      ),
    close: async () => {},
  }
}

export function kafkaFeeder(brokers: string[]): Feeder {
  const kafka = new Kafka({ brokers, clientId: 'click-demo', logLevel: logLevel.NOTHING })
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  return {
    async createTopics() {
      const admin = kafka.admin()
      await admin.connect()
      const existing = new Set(await admin.listTopics())
      const topics = [userClicks.name, aggregatedClicks.name]
        .filter((topic) => !existing.has(topic))
        .map((topic) => ({ topic, numPartitions: partitions }))
      if (topics.length > 0) await admin.createTopics({ topics, waitForLeaders: true })
      await admin.disconnect()
      await producer.connect()
    },
    async send(clicks) {
      const messages = clicks.map((click) => ({ key: click.userId, value: JSON.stringify(click) }))
      await producer.send({ topic: userClicks.name, messages })
    },
    close: () => producer.disconnect(),
  }
}
