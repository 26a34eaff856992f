import { describe, expect, test } from 'vitest'
import type { BadInput } from '../../../src/core/error-handlers.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import type { HookEvents } from '../../../src/core/hooks.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { bytes, long } from '../../../src/serde/scalars.ts'
import { droppedBy, type Harness, openHarness } from './harness.ts'
import { click, clicks, counts, rawClicks, windowed } from './topologies.ts'

function raw(text: string): { key: string; value: Uint8Array } {
  return { key: 'ann', value: Buffer.from(text) }
}

/** Two clicks, something else, another click. */
async function sendWith(harness: Harness, bad: string): Promise<void> {
  await harness.kafka.createTopics(1, clicks, counts)
  await harness.kafka.send(clicks, [click('ann', 0), click('bob', 0)])
  await harness.kafka.send(rawClicks, [raw(bad)])
  await harness.kafka.send(clicks, [click('ann', 1)])
}

const badValues = [
  ['value', 'no json'],
  ['value', '{"userId":"ann","timestamp":17044560'],
  ['timestamp', '{"userId":"ann","url":"/home"}'],
  ['timestamp', '{"timestamp":"12:00"}'],
] as const

describe.each(['auto', 'off'] as const)('kernel: %s', (kernel) => {
  test.each(badValues)(
    'fail, a bad %s (%s): ERROR, and nothing past the record is committed',
    async (part, bad) => {
      const harness = openHarness()
      await sendWith(harness, bad)
      const app = harness.app(windowed, { kernel })
      const states: HookEvents['state'][] = []
      app.on('state', (change) => states.push(change))
      await app.start()
      const error = await app.ended()
      expect(app.state).toBe('ERROR')
      expect(app.error).toBe(error)
      expect(StreamsError.is(error, 'deserialization')).toBe(true)
      expect(error?.message).toContain(`the ${part} of the record at offset 2 of user-clicks-0`)
      expect((error as StreamsError).details).toEqual({ topic: 'user-clicks', partition: 0, offset: 2, part })
      expect(states.map(({ to }) => to)).toEqual(['REBALANCING', 'RUNNING', 'PENDING_ERROR', 'ERROR'])
      expect(states.at(-1)?.error).toBe(error)
      const [committed] = await harness.committed(clicks)
      expect(committed?.offset ?? 0).toBeLessThanOrEqual(2)
      // Whatever was committed before it is complete, and a new start meets the same record.
      const again = harness.app(windowed, { kernel })
      await again.start()
      expect(await again.ended()).toMatchObject({ code: 'deserialization', details: { offset: 2 } })
      expect((await harness.kafka.read(counts)).length).toBe(committed?.offset ?? 0)
    },
  )

  test.each(badValues)('continue, a bad %s (%s): counted and skipped', async (_part, bad) => {
    const harness = openHarness()
    await sendWith(harness, bad)
    const app = harness.app(windowed, { kernel, deserializationHandler: 'continue' })
    const dropped = droppedBy(app)
    await app.start()
    await harness.caughtUp(app, clicks)
    await app.close()
    expect(dropped).toEqual({ deserialization: 1 })
    const read = await harness.kafka.read(counts)
    expect(read.map(({ key, value }) => [key, value])).toEqual([
      ['ann@12:00:00', 1],
      ['bob@12:00:00', 1],
      ['ann@12:00:00', 2],
    ])
  })

  test('a function sees the record and decides', async () => {
    const harness = openHarness()
    await sendWith(harness, 'no json')
    await harness.kafka.send(rawClicks, [raw('{}')])
    const seen: BadInput[] = []
    const app = harness.app(windowed, {
      kernel,
      deserializationHandler: (input) => {
        seen.push(input)
        return input.part === 'value' ? 'continue' : 'fail'
      },
    })
    await app.start()
    expect(await app.ended()).toMatchObject({ code: 'deserialization', details: { part: 'timestamp' } })
    expect(
      seen.map(({ key, value, ...place }) => ({ ...place, key: text(key), value: text(value) })),
    ).toMatchObject([
      { topic: 'user-clicks', partition: 0, offset: 2, part: 'value', key: 'ann', value: 'no json' },
      { topic: 'user-clicks', partition: 0, offset: 4, part: 'timestamp', key: 'ann', value: '{}' },
    ])
    const where = { node: 'KSTREAM-SOURCE-0000000000', taskId: '0_0', headers: [] }
    for (const input of seen) expect(input).toMatchObject({ ...where, error: expect.any(Error) })
    expect(seen[0]).toMatchObject({ source: { topic: 'user-clicks', partition: 0, offset: 2 } })
  })

  test('a key of the wrong length', async () => {
    const harness = openHarness()
    const numbered = topic('numbered', { key: long, value: bytes })
    const totals = topic('totals', { key: long, value: long })
    const byNumber = topology(import.meta.url, (b) => {
      b.stream(numbered).groupByKey().count().toStream().to(totals)
    })
    await harness.kafka.createTopics(1, numbered, totals)
    await harness.kafka.send({ ...numbered, key: bytes }, [
      { key: Buffer.from('0000000000000007', 'hex'), value: Buffer.from('x') },
      { key: Buffer.from('07', 'hex'), value: Buffer.from('x') },
    ])
    const app = harness.app(byNumber, { kernel })
    await app.start()
    expect(await app.ended()).toMatchObject({ details: { part: 'key', offset: 1 } })
  })
})

test('a function that throws ends the application, and is named', async () => {
  const harness = openHarness()
  await sendWith(harness, '{"url":"/","timestamp":1704456000}')
  const failing = topology(import.meta.url, (b) => {
    const urls = b.stream(clicks).mapValues(
      (click) => {
        if (click.userId === undefined) throw new RangeError('nobody')
        return click.url
      },
      { name: 'urls' },
    )
    return { counts: urls.groupByKey().count() }
  })
  const app = harness.app(failing)
  await app.start()
  expect(await app.ended()).toMatchObject({
    code: 'processing',
    message: expect.stringMatching(/urls.*nobody/),
    cause: new RangeError('nobody'),
  })
  const [committed] = await harness.committed(clicks)
  expect(committed?.offset ?? 0).toBeLessThanOrEqual(2)
})

function text(part: Uint8Array | null): string | null {
  return part && Buffer.from(part).toString()
}
