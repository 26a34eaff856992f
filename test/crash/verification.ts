import type { Client } from '../../src/client/client.ts'
import { utf8Text } from '../../src/core/bytes.ts'
import { partitionFor } from '../../src/protocol/partitioner.ts'
import { long } from '../../src/serde/scalars.ts'
import { type Click, clickId } from './clicks.ts'
import { aggregatedClicks, graceMs, partitions, retentionMs, userClicks, windowMs } from './job.ts'
import { ClickModel } from './model.ts'
import { partitionsOf, readCommitted } from './topic-log.ts'
import { type Emission, type StoreQuestion, type Verdict, verifyEmissions, verifyInput } from './verify.ts'
import type { WindowName } from './worker-messages.ts'

/** Runs the input topic through the model. @param sent ids of the clicks that it must hold. */
export async function modelOf(
  client: Client,
  sent: ReadonlySet<number>,
): Promise<{ readonly model: ClickModel; readonly problems: readonly string[] }> {
  const model = new ClickModel({ sizeMs: windowMs, graceMs })
  const found: number[] = []
  await readCommitted(client, partitionsOf(userClicks.name, partitions), (partition, { key, value }) => {
    const click = JSON.parse(utf8Text(value!)) as Click
    found.push(clickId(click))
    model.add(partition, utf8Text(key!), click.timestamp * 1000)
  })
  return { model, problems: verifyInput(sent, found) }
}

/** Holds the output topic against the model. */
export async function verifyOutput(
  client: Client,
  model: ClickModel,
): Promise<{ readonly verdict: Verdict; readonly problems: readonly string[] }> {
  const emitted = new Map<string, Emission[]>()
  let misplaced = 0
  await readCommitted(client, partitionsOf(aggregatedClicks.name, partitions), (partition, record) => {
    const key = utf8Text(record.key!)
    if (partitionFor(record.key!, partitions) !== partition) misplaced++
    const emission = { count: long.deserialize(record.value!), time: record.timestamp }
    const emissions = emitted.get(key)
    if (emissions) emissions.push(emission)
    else emitted.set(key, [emission])
  })
  const due = new Map([...model.windows].map(([key, { updates }]) => [key, updates]))
  const problems =
    misplaced > 0 ? [`${misplaced} output records are in another partition than their key's`] : []
  return { verdict: verifyEmissions(due, emitted), problems }
}

/** Every window that the stores have counted in. */
export function storeQuestions(model: ClickModel): readonly (StoreQuestion & WindowName)[] {
  return [...model.windows].map(([name, { key, start, partition, updates }]) => ({
    name,
    key,
    start,
    due: updates.length,
    mayBeGone: start <= model.streamTime(partition) - retentionMs,
  }))
}
