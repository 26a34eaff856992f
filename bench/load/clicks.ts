import type { Client } from '../../src/client/client.ts'
import { now } from '../cluster/now.ts'
import { windowMs } from '../topology/topics.ts'
import { TopicWriter } from './topic-writer.ts'

export interface ClickShape {
  readonly records: number
  readonly keys: number
  /** Five-minute windows that the event times span. */
  readonly windows: number
  /** Users at random, by a fixed generator; or all in turn. */
  readonly draw: 'random' | 'in-turn'
}

export function userKey(user: number): Buffer {
  return Buffer.from(userName(user))
}

/** About 80 bytes of JSON. @param n varies the page. */
export function clickValue(user: number, n: number, timestampSeconds: number): Buffer {
  return Buffer.from(
    `{"userId":"${userName(user)}","url":"/products/${n % 1000}","timestamp":${timestampSeconds}}`,
  )
}

function userName(user: number): string {
  return `user${String(user).padStart(8, '0')}`
}

/** Clicks whose time goes forward evenly and ends about now: brokers delete what is in changelogs of old windows. */
export async function writeClicks(client: Client, topic: string, shape: ClickShape): Promise<void> {
  await using writer = await new TopicWriter(client, topic).init()
  const spanMs = shape.windows * windowMs
  const firstMs = Math.floor(now() / windowMs) * windowMs - spanMs
  const random = randomInts()
  for (let i = 0; i < shape.records; i++) {
    const user = (shape.draw === 'random' ? random() : i) % shape.keys
    const seconds = Math.floor((firstMs + (i / shape.records) * spanMs) / 1000)
    writer.add(seconds * 1000, userKey(user), clickValue(user, i, seconds))
    if (writer.crowded) await writer.drain()
  }
  await writer.flush()
}

/** Xorshift: the same whole numbers below 2^32 in every run. */
export function randomInts(): () => number {
  let state = 0x2545f491
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}
