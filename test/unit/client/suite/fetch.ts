import { describe, expect, test } from 'vitest'
import type { Fetched } from '../../../../src/client/client.ts'
import { utf8 } from '../../../../src/core/bytes.ts'
import { type Harness, noMember, pollSome, records, send, sendRecords, values } from './harness.ts'

export function fetchTests(harness: Harness): void {
  /** Two batches, offsets 0-1 and 2-4. */
  async function filledTopic(): Promise<string> {
    const topic = await harness.topic()
    const producer = await harness.producer()
    send(producer, topic, 0, 'a', 'b')
    send(producer, topic, 0, 'c', 'd', 'e')
    await producer.flush()
    return topic
  }

  describe('fetch', () => {
    test('from the middle of a batch: the batch is whole, records below the offset are not part of it', async () => {
      const topic = await filledTopic()
      const fetcher = harness.fetcher()
      fetcher.add({ topic, partition: 0 }, 3)
      const [fetched] = await pollSome(fetcher)
      expect(fetched).toMatchObject({ topic, partition: 0, offset: 3, nextOffset: 5, highWatermark: 5 })
      expect(fetched!.lastStableOffset).toBe(5)
      expect(records(fetched!)).toEqual([
        { offset: 3, value: 'd' },
        { offset: 4, value: 'e' },
      ])
    })

    test('a batch larger than partitionBytes comes all the same', async () => {
      const topic = await filledTopic()
      const fetcher = harness.fetcher({ partitionBytes: 1 })
      fetcher.add({ topic, partition: 0 }, 0)
      const all: Fetched[] = []
      while ((all.at(-1)?.nextOffset ?? 0) < 5) {
        for (const fetched of await pollSome(fetcher)) {
          all.push(fetched)
          expect(fetched.runs).toHaveLength(1)
        }
      }
      expect(all.map(({ offset, nextOffset }) => [offset, nextOffset])).toEqual([
        [0, 2],
        [2, 5],
      ])
      expect(values(all)).toEqual(['a', 'b', 'c', 'd', 'e'])
    })

    test('at the end of the log waits and wakes when something is appended', async () => {
      const topic = await filledTopic()
      const fetcher = harness.fetcher()
      fetcher.add({ topic, partition: 0 }, 5)
      const waiting = fetcher.poll(600_000)
      const producer = await harness.producer()
      send(producer, topic, 0, 'f')
      expect(values(await waiting)).toEqual(['f'])
    })

    test('a waiting poll returns when woken, and when its time is over', async () => {
      const topic = await harness.topic()
      const fetcher = harness.fetcher()
      fetcher.add({ topic, partition: 0 }, 0)
      const waiting = fetcher.poll(600_000)
      fetcher.wake()
      expect(await waiting).toEqual([])
      expect(await fetcher.poll(0)).toEqual([])
      expect(await fetcher.poll(1)).toEqual([])
    })

    test('a waiting poll takes up a partition that is added', async () => {
      const topic = await filledTopic()
      const fetcher = harness.fetcher()
      const waiting = fetcher.poll(600_000)
      fetcher.add({ topic, partition: 0 }, 4)
      expect(values(await waiting)).toEqual(['e'])
    })

    test('several partitions', async () => {
      const topic = await harness.topic(3)
      const producer = await harness.producer()
      const fetcher = harness.fetcher()
      for (const partition of [0, 1, 2]) {
        send(producer, topic, partition, `of ${partition}`)
        fetcher.add({ topic, partition }, 0)
      }
      const seen = new Map<number, readonly string[]>()
      while (seen.size < 3)
        for (const fetched of await fetcher.poll(1000)) seen.set(fetched.partition, values([fetched]))
      expect([...seen].toSorted()).toEqual([
        [0, ['of 0']],
        [1, ['of 1']],
        [2, ['of 2']],
      ])
    })

    test('a paused partition gives nothing until it is resumed', async () => {
      const topic = await harness.topic(2)
      const producer = await harness.producer()
      send(producer, topic, 0, 'paused')
      send(producer, topic, 1, 'active')
      await producer.flush()
      const fetcher = harness.fetcher()
      fetcher.add({ topic, partition: 0 }, 0)
      fetcher.pause({ topic, partition: 0 })
      fetcher.add({ topic, partition: 1 }, 0)
      expect(values(await pollSome(fetcher))).toEqual(['active'])
      const waiting = fetcher.poll(600_000)
      fetcher.resume({ topic, partition: 0 })
      expect(values(await waiting)).toEqual(['paused'])
    })

    test('a removed partition gives nothing; added again it starts where it is told', async () => {
      const topic = await harness.topic(2)
      const producer = await harness.producer()
      const [removed, kept] = [
        { topic, partition: 0 },
        { topic, partition: 1 },
      ]
      const fetcher = harness.fetcher()
      fetcher.add(removed, 0)
      fetcher.add(kept, 0)
      send(producer, topic, 0, 'a')
      await producer.flush()
      expect(values(await pollSome(fetcher))).toEqual(['a'])
      fetcher.remove(removed)
      send(producer, topic, 0, 'b')
      await producer.flush()
      send(producer, topic, 1, 'c')
      expect(values(await pollSome(fetcher))).toEqual(['c'])
      fetcher.add(removed, 0)
      const seen: string[] = []
      while (seen.length < 2) seen.push(...values(await pollSome(fetcher)))
      expect(seen).toEqual(['a', 'b'])
    })

    test('adding a partition again moves it', async () => {
      const topic = await filledTopic()
      const fetcher = harness.fetcher()
      fetcher.add({ topic, partition: 0 }, 0)
      fetcher.add({ topic, partition: 0 }, 4)
      const [fetched] = await pollSome(fetcher)
      expect(fetched!.offset).toBe(4)
      expect(values([fetched!])).toEqual(['e'])
    })

    test('pauses while bufferBytes are not released', async () => {
      const topic = await filledTopic()
      const fetcher = harness.fetcher({ partitionBytes: 1, bufferBytes: 1 })
      fetcher.add({ topic, partition: 0 }, 0)
      const [first] = await pollSome(fetcher)
      expect(values([first!])).toEqual(['a', 'b'])
      expect(await fetcher.poll(10)).toEqual([])
      const waiting = fetcher.poll(600_000)
      first!.release()
      expect(values(await waiting)).toEqual(['c', 'd', 'e'])
    })

    test('a partition that holds nothing is fetched, however much others hold', async () => {
      const [full, waitedFor] = [await filledTopic(), await filledTopic()]
      const fetcher = harness.fetcher({ bufferBytes: 1 })
      fetcher.add({ topic: full, partition: 0 }, 0)
      const [held] = await pollSome(fetcher)
      expect(held!.topic).toBe(full)
      fetcher.add({ topic: waitedFor, partition: 0 }, 0)
      const [other] = await pollSome(fetcher)
      expect(other!.topic).toBe(waitedFor)
    })
  })

  describe('an offset that is not in the log', () => {
    async function startingAtThree(): Promise<string> {
      const topic = await filledTopic()
      await harness.one.deleteRecords([{ topic, partition: 0, offset: 3 }])
      return topic
    }

    test('earliest: goes on at the start of the log', async () => {
      const topic = await startingAtThree()
      for (const offset of [0, 100]) {
        const fetcher = harness.fetcher({ offsetReset: 'earliest' })
        fetcher.add({ topic, partition: 0 }, offset)
        const [fetched] = await pollSome(fetcher)
        expect(fetched!.offset).toBe(3)
        expect(values([fetched!])).toEqual(['d', 'e'])
      }
    })

    test('latest: goes on at the end of the log', async () => {
      const topic = await startingAtThree()
      const producer = await harness.producer()
      const fetcher = harness.fetcher({ offsetReset: 'latest' })
      fetcher.add({ topic, partition: 0 }, 0)
      let fetched: readonly Fetched[] = []
      while (fetched.length === 0) {
        send(producer, topic, 0, 'new')
        await producer.flush()
        fetched = await fetcher.poll(10)
      }
      expect(fetched[0]!.offset).toBeGreaterThanOrEqual(5)
      expect(new Set(values(fetched))).toEqual(new Set(['new']))
    })

    test('none: poll says so', async () => {
      const topic = await startingAtThree()
      for (const offset of [0, 100]) {
        const fetcher = harness.fetcher({ offsetReset: 'none' })
        fetcher.add({ topic, partition: 0 }, offset)
        await expect(pollSome(fetcher)).rejects.toMatchObject({ code: 'offset-out-of-range' })
      }
    })

    test('by duration: goes on at the first record that is young enough, or else at the end', async () => {
      const topic = await harness.topic()
      const producer = await harness.producer()
      const hourMs = 3_600_000
      const written = (ago: number, value: string) => ({
        timestamp: Date.now() - ago * hourMs,
        key: null,
        value: utf8(value),
      })
      sendRecords(producer, topic, 0, [written(9, 'a'), written(5, 'b'), written(3, 'c')])
      await producer.flush()
      const young = harness.fetcher({ offsetReset: 'none' })
      young.add({ topic, partition: 0 }, 100, { byDurationMs: 6 * hourMs })
      const [fetched] = await pollSome(young)
      expect(values([fetched!])).toEqual(['b', 'c'])

      const atEnd = harness.fetcher({ offsetReset: { byDurationMs: hourMs } })
      atEnd.add({ topic, partition: 0 }, 100)
      let found: readonly Fetched[] = []
      while (found.length === 0) {
        sendRecords(producer, topic, 0, [written(2, 'new')])
        await producer.flush()
        found = await atEnd.poll(10)
      }
      expect(new Set(values(found))).toEqual(new Set(['new']))
    })

    test('each partition may have a policy of its own', async () => {
      const [topic, other] = [await startingAtThree(), await startingAtThree()]
      const fetcher = harness.fetcher({ offsetReset: 'earliest' })
      fetcher.add({ topic, partition: 0 }, 0)
      const [fetched] = await pollSome(fetcher)
      expect(fetched!.offset).toBe(3)
      fetcher.add({ topic: other, partition: 0 }, 0, 'none')
      await expect(pollSome(fetcher)).rejects.toMatchObject({ code: 'offset-out-of-range' })
    })
  })

  describe('close', () => {
    test('of the fetcher ends a waiting poll', async () => {
      const topic = await harness.topic()
      const fetcher = harness.fetcher()
      fetcher.add({ topic, partition: 0 }, 0)
      const waiting = fetcher.poll(600_000)
      await fetcher.close()
      expect(await waiting).toEqual([])
    })

    test('of the client ends everything that waits', async () => {
      const topic = await harness.topic()
      const groupId = harness.name('group')
      const open = await harness.producer(harness.name('tx'))
      await open.sendOffsets([{ topic, partition: 0, offset: 1, metadata: '' }], noMember(groupId))
      await harness.member(groupId).join()
      const client = harness.client()
      const fetcher = harness.fetcher({}, client)
      fetcher.add({ topic, partition: 0 }, 0)
      const waiting = Promise.allSettled([
        fetcher.poll(600_000),
        client.committedOffsets(groupId, [{ topic, partition: 0 }]),
        harness.member(groupId, {}, client).join(),
      ])
      await client.close()
      const [, offsets, joined] = await waiting
      expect(offsets.status).toBe('rejected')
      expect(joined.status).toBe('rejected')
    })
  })
}
