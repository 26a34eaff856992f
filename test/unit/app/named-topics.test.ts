import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { string } from '../../../src/serde/scalars.ts'
import { droppedBy, type Harness, openHarness } from './harness.ts'

// Topics that no source or sink of the topology names.

const input = topic('input', { key: string, value: string })
const routed = topology(import.meta.url, (b) => {
  const stream = b.stream(input)
  stream.to((record) => `to-${record.value}`, { name: 'route' })
})
const failing = topology(import.meta.url, (b) => {
  b.stream(input)
    .mapValues(
      (value): string => {
        if (value === 'bad') throw new RangeError('it is bad')
        return value
      },
      { name: 'check', value: string },
    )
    .to(topic('good', { key: string, value: string }))
})

function to(name: string): typeof input {
  return topic(name, { key: string, value: string })
}

function send(harness: Harness, ...values: readonly string[]): Promise<void> {
  return harness.kafka.send(
    input,
    values.map((value) => ({ key: 'k', value, timestamp: 1 })),
  )
}

async function valuesIn(harness: Harness, name: string): Promise<readonly unknown[]> {
  return (await harness.kafka.read(to(name))).map(({ value }) => value)
}

test('records choose their topic, also one that came after the start; it is looked for once', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, input, to('to-a'))
  await harness.kafka.createTopics(3, to('to-b'))
  await send(harness, 'a', 'b', 'a')
  const app = harness.app(routed)
  const aborted: string[] = []
  app.on('aborted', ({ error }) => aborted.push(error.message))
  await app.start()
  await harness.caughtUp(app, input)
  expect(aborted).toEqual([])
  await harness.kafka.createTopics(2, to('to-c'))
  await send(harness, 'c', 'a', 'c')
  await harness.caughtUp(app, input)
  await app.close()
  expect(aborted).toEqual(["topic 'to-c' was not known: it is looked for"])
  expect(await valuesIn(harness, 'to-a')).toEqual(['a', 'a', 'a'])
  expect(await valuesIn(harness, 'to-b')).toEqual(['b'])
  expect(await valuesIn(harness, 'to-c')).toEqual(['c', 'c'])
})

test('a topic that does not exist is named in the error', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, input)
  await send(harness, 'nowhere')
  const app = harness.app(routed)
  await app.start()
  expect(await app.ended()).toMatchObject({ code: 'topic-missing', message: 'no such topic: to-nowhere' })
})

test('dead letters: of the option, and those that a handler makes', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, input, to('good'), to('dead'), to('special'))
  await send(harness, 'a', 'bad', 'b')
  const app = harness.app(failing, { processingHandler: 'continue', deadLetterTopic: 'dead' })
  const dropped = droppedBy(app)
  await app.start()
  await harness.caughtUp(app, input)
  await app.close()
  expect(dropped).toEqual({ processing: 1 })
  expect(await valuesIn(harness, 'good')).toEqual(['a', 'b'])
  expect(await valuesIn(harness, 'dead')).toEqual(['bad'])
  const letter = { topic: 'special', key: utf8('k'), value: utf8('letter'), timestamp: 1, headers: [] }
  const own = await harness.started(failing, {
    processingHandler: () => ({ result: 'continue', deadLetters: [letter] }),
  })
  await send(harness, 'bad', 'c')
  await harness.caughtUp(own, input)
  await own.close()
  expect(await valuesIn(harness, 'special')).toEqual(['letter'])
  expect(await valuesIn(harness, 'good')).toEqual(['a', 'b', 'c'])
})

test('a dead letter topic that does not exist is told at the start', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, input, to('good'))
  const app = harness.app(failing, { processingHandler: 'continue', deadLetterTopic: 'dead' })
  await expect(app.start()).rejects.toMatchObject({ code: 'topic-missing', message: 'no such topic: dead' })
})
