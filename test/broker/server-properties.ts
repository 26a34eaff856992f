import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export type ServerProperties = Readonly<Record<string, string | number>>

/** What makes a broker quick and lets tests write what they like. All topics of its own are on `replicas` brokers. */
export function testProperties(folder: string, replicas = 1): ServerProperties {
  const inSync = Math.max(1, replicas - 1)
  return {
    'log.dirs': join(folder, 'data'),
    'num.network.threads': 2,
    'num.io.threads': 4,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 4,
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 500,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    // Retention and the timestamp check follow record timestamps, and tests write old and future ones.
    'log.retention.ms': -1,
    'log.retention.bytes': -1,
    'log.message.timestamp.after.max.ms': '9223372036854775807',
    // Changelogs of windows have a retention of their own, which the cleaner sees to.
    'log.cleaner.backoff.ms': 86_400_000,
    'log.cleaner.dedupe.buffer.size': 4 << 20,
  }
}

/** How soon KRaft's controller notices that a broker is gone. */
export const quickSessions: ServerProperties = {
  'broker.heartbeat.interval.ms': 500,
  'broker.session.timeout.ms': 3000,
}

/** @returns the file */
export async function writeProperties(folder: string, properties: ServerProperties): Promise<string> {
  const file = join(folder, 'server.properties')
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`)
  await writeFile(file, lines.join(''))
  return file
}

/** An id for KRaft's storage. In text it must not begin with a dash: Kafka's tool would take it for an option. */
export function newClusterId(): string {
  const id = randomBytes(16)
  id[0]! &= 0x7f
  return id.toString('base64url')
}
