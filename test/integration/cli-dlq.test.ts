import { expect, test } from 'vitest'
import { utf8, utf8Text } from '../../src/core/bytes.ts'
import type { DecodedRecord } from '../../src/protocol/record-batch/decode.ts'
import { partitionsOf, readCommitted } from '../crash/topic-log.ts'
import { openHarness, partitions, windowStart } from './app-harness.ts'
import { jsonLines, onBroker } from './cli-process.ts'

interface Redriven {
  readonly sent: readonly { readonly topic: string; readonly records: number }[]
}

test('dead letters are listed, and sent back once', async () => {
  const harness = await openHarness()
  const letters = `${harness.name}-letters`
  await harness.createTopics(letters)
  const app = harness.app('only', harness.topology, {
    deadLetterTopic: letters,
    deserializationHandler: 'continue',
  })
  await app.start()
  const headers = [{ key: 'trace', value: utf8('t1') }]
  const bad = ['x', 'y', 'z'].map((key) => ({
    timestamp: windowStart,
    key: utf8(key),
    value: utf8('no json'),
    headers,
  }))
  await harness.send(harness.clicks.name, bad)
  await harness.click('a')
  await harness.caughtUp(app)
  await app.close()

  const listed = await onBroker('dlq', 'list', letters)
  expect(listed.code, listed.err).toBe(0)
  expect(listed.out).toMatch(/^LETTER +TIME +FROM +KEY +FAILURE\n/)
  expect(listed.out.match(new RegExp(`${harness.clicks.name}-\\d@\\d`, 'g'))).toHaveLength(3)

  const input = partitionsOf(harness.clicks.name, partitions)
  const inputRecords = async (): Promise<readonly DecodedRecord[]> => {
    const records: DecodedRecord[] = []
    await readCommitted(harness.client, input, (_, record) => records.push(structuredClone(record)))
    return records
  }
  const redrive = async (...args: readonly string[]): Promise<Redriven> => {
    const result = await onBroker('dlq', 'redrive', letters, '--json', ...args)
    expect(result.code, result.err).toBe(0)
    return jsonLines<Redriven>(result)[0]!
  }
  const sent = (records: number) => ({ sent: [{ topic: harness.clicks.name, records }] })
  expect(await redrive('--dry-run')).toMatchObject(sent(3))
  expect(await inputRecords()).toHaveLength(4)
  expect(await redrive('--limit', '1')).toMatchObject(sent(1))
  expect(await redrive('--drop-error-headers')).toMatchObject(sent(2))
  expect(await redrive()).toMatchObject({ sent: [], offsets: [] })

  const all = await inputRecords()
  const back = all.filter(({ value }) => utf8Text(value!) === 'no json')
  expect(back.map(({ key }) => utf8Text(key!)).toSorted()).toEqual(['x', 'x', 'y', 'y', 'z', 'z'])
  expect(back.every(({ timestamp }) => timestamp === windowStart)).toBe(true)
  const named = (record: DecodedRecord): readonly string[] => record.headers.map(({ key }) => key)
  expect(back.every((record) => named(record)[0] === 'trace')).toBe(true)
  expect(back.filter((record) => named(record).length > 1)).toHaveLength(1)
})
