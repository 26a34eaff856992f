import type { Client } from '../../src/client/client.ts'
import { now } from '../cluster/now.ts'
import { windowMs } from '../topology/topics.ts'
import { userKey } from './clicks.ts'
import { TopicWriter } from './topic-writer.ts'

/** A row for each user, older than all clicks. */
export async function writeUsers(client: Client, topic: string, users: number): Promise<void> {
  await using writer = await new TopicWriter(client, topic).init()
  const timestamp = Math.floor(now()) - 1000 * windowMs
  for (let user = 0; user < users; user++) {
    writer.add(timestamp, userKey(user), Buffer.from(`{"name":"User Number ${user}"}`))
    if (writer.crowded) await writer.drain()
  }
  await writer.flush()
}
