import type { Client } from '../../src/client/client.ts'
import { utf8Text } from '../../src/core/bytes.ts'
import { partitionFor } from '../../src/protocol/partitioner.ts'
import { long } from '../../src/serde/scalars.ts'
import { aggregatedClicks, retentionMs } from './job.ts'
import type { ClickModel } from './model.ts'
import {
  closedVisits,
  deadLetters,
  type Order,
  type Payment,
  paid,
  pipelinePartitions,
  totals,
} from './pipeline.ts'
import { type PipelineModel, paidText } from './pipeline-model.ts'
import { partitionsOf, readCommitted } from './topic-log.ts'
import {
  type Emission,
  type OutputVerdict,
  type StoreQuestion,
  verifyEmissions,
  verifyOnce,
} from './verify.ts'
import type { WindowName } from './worker-messages.ts'

interface Found<T> {
  readonly byKey: ReadonlyMap<string, readonly T[]>
  /** Records that lie in another partition than their key's. */
  readonly misplaced: number
}

const countIn = (value: Uint8Array): string => String(long.deserialize(value))

/** What a record of an output says, by its topic. */
export const resultIn: Readonly<Record<string, (value: Uint8Array) => string>> = {
  [aggregatedClicks.name]: countIn,
  [closedVisits.name]: countIn,
  [totals.name]: countIn,
  [paid.name]: (value) => {
    const { customer, amount, method } = JSON.parse(utf8Text(value)) as Order & Payment
    return paidText(customer, amount, method)
  },
}

/** Holds the output topics against the model. */
export async function verifyOutputs(
  client: Client,
  model: PipelineModel,
): Promise<{ readonly verdicts: readonly OutputVerdict[]; readonly problems: readonly string[] }> {
  const problems: string[] = []
  const found = async <T>(
    topic: string,
    read: (value: Uint8Array, time: number) => T,
  ): Promise<Found<T>['byKey']> => {
    const { byKey, misplaced } = await readOutput(client, topic, read)
    if (misplaced > 0)
      problems.push(`${topic}: ${misplaced} records are in another partition than their key's`)
    return byKey
  }
  const updates = new Map([...model.clicks.windows].map(([key, window]) => [key, window.updates]))
  const counts = await found(
    aggregatedClicks.name,
    (value, time): Emission => ({ count: long.deserialize(value), time }),
  )
  const verdicts: OutputVerdict[] = [
    { topic: aggregatedClicks.name, due: model.clicks.counted, ...verifyEmissions(updates, counts) },
  ]
  const closed = await found(closedVisits.name, resultIn[closedVisits.name]!)
  verdicts.push({
    topic: closedVisits.name,
    due: model.closedVisits.size,
    ...verifyOnce(model.closedVisits, closed),
  })
  const joined = await found(paid.name, resultIn[paid.name]!)
  verdicts.push({ topic: paid.name, due: model.paid.size, ...verifyOnce(model.paid, joined) })
  // Times depend on who wrote first to the repartition topic.
  const total = await found(totals.name, (value): Emission => ({ count: long.deserialize(value), time: 0 }))
  const due = new Map([...model.totals].map(([key, count]) => [key, Array<number>(count).fill(0)]))
  verdicts.push({ topic: totals.name, due: sum(model.totals.values()), ...verifyEmissions(due, total) })
  const letters = await readLetters(client)
  verdicts.push({
    topic: deadLetters,
    due: model.poisons.size,
    ...verifyOnce(
      model.poisons,
      new Map(letters.texts.map(([text, times]) => [text, Array<string>(times).fill(text)])),
    ),
  })
  if (letters.withoutInput !== model.tooLarge)
    problems.push(
      `${model.tooLarge} results were too large, ${letters.withoutInput} dead letters tell of them`,
    )
  return { verdicts, problems }
}

async function readOutput<T>(
  client: Client,
  topic: string,
  read: (value: Uint8Array, time: number) => T,
): Promise<Found<T>> {
  const byKey = new Map<string, T[]>()
  let misplaced = 0
  await readCommitted(
    client,
    partitionsOf(topic, pipelinePartitions),
    (partition, { key, value, timestamp }) => {
      const name = utf8Text(key!)
      if (partitionFor(key!, pipelinePartitions) !== partition) misplaced++
      const one = read(value!, timestamp)
      const ones = byKey.get(name)
      if (ones) ones.push(one)
      else byKey.set(name, [one])
    },
  )
  return { byKey, misplaced }
}

/** Of bad input each has its bytes; of results that were refused nobody has them any more. */
async function readLetters(
  client: Client,
): Promise<{ readonly texts: readonly (readonly [string, number])[]; readonly withoutInput: number }> {
  const texts = new Map<string, number>()
  let withoutInput = 0
  await readCommitted(client, partitionsOf(deadLetters, pipelinePartitions), (_, { value }) => {
    if (value === null) withoutInput++
    else texts.set(utf8Text(value), (texts.get(utf8Text(value)) ?? 0) + 1)
  })
  return { texts: [...texts], withoutInput }
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

function sum(numbers: Iterable<number>): number {
  let total = 0
  for (const one of numbers) total += one
  return total
}
