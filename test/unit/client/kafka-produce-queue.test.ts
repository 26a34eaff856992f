import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProduceQueue, type QueuedBatch } from '../../../src/client/kafka/produce-queue.ts'

function batch(number: number): QueuedBatch {
  return { bytes: Uint8Array.of(number), records: 1 }
}

function sendNext(queue: ProduceQueue, leader = 1): QueuedBatch | undefined {
  const next = queue.next(leader)
  if (next) queue.sent(leader)
  return next
}

function queueOf(count: number): { readonly queue: ProduceQueue; readonly batches: readonly QueuedBatch[] } {
  const queue = new ProduceQueue('t', 0)
  const batches = Array.from({ length: count }, (_, i) => batch(i))
  for (const one of batches) queue.push(one)
  return { queue, batches }
}

describe('the queue of a partition', () => {
  test('sequences follow each other and wrap after 2^31 - 1', () => {
    const queue = new ProduceQueue('t', 0)
    expect([queue.reserve(2 ** 31 - 2), queue.reserve(5), queue.reserve(1)]).toEqual([0, 2 ** 31 - 2, 3])
  })

  test('the first batch goes alone: a broker that knows nothing of the producer takes any sequence', () => {
    const { queue, batches } = queueOf(3)
    const first = sendNext(queue)!
    expect(sendNext(queue)).toBeUndefined()
    queue.succeeded(first)
    expect([sendNext(queue), sendNext(queue)]).toEqual([batches[1], batches[2]])
  })

  test('after a failure nothing is sent until all in flight are answered, then in the old order', () => {
    const { queue, batches } = queueOf(5)
    queue.succeeded(sendNext(queue)!)
    const [second, third, fourth] = [sendNext(queue)!, sendNext(queue)!, sendNext(queue)!]
    expect(queue.failed(second)).toBe(false)
    expect(queue.next(1)).toBeUndefined()
    expect(queue.failed(third)).toBe(false)
    expect(queue.failed(fourth)).toBe(true)
    expect([1, 2, 3, 4].map(() => sendNext(queue))).toEqual(batches.slice(1))
  })

  test('a new leader gets nothing while the old one has something in flight', () => {
    const { queue, batches } = queueOf(3)
    queue.succeeded(sendNext(queue, 1)!)
    const second = sendNext(queue, 1)!
    expect(queue.next(2)).toBeUndefined()
    queue.succeeded(second)
    expect(queue.next(2)).toBe(batches[2])
  })

  test('resting, it gives nothing', () => {
    const { queue, batches } = queueOf(1)
    queue.resting = true
    expect(queue.next(1)).toBeUndefined()
    queue.resting = false
    expect(queue.next(1)).toBe(batches[0])
  })

  test('cleared, it begins at sequence 0 and forgets what was queued and what failed', () => {
    const { queue, batches } = queueOf(4)
    queue.succeeded(sendNext(queue)!)
    const [second, third] = [sendNext(queue)!, sendNext(queue)!]
    queue.reserve(10)
    queue.failed(second)
    expect(queue.clear()).toEqual([batches[1], batches[3]])
    queue.succeeded(third)
    expect([queue.reserve(1), queue.hasWaiting, queue.recovering]).toEqual([0, false, false])
  })

  test('whatever fails, a broker that checks sequences gets each batch once and in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.infiniteStream(fc.nat(9)), (count, dice) => {
        const { queue } = queueOf(count)
        const broker = new CheckingBroker(dice)
        const inFlight: { readonly batch: QueuedBatch; readonly taken: boolean }[] = []
        while (broker.log.length < count || inFlight.length > 0) {
          const sent = inFlight.length < 5 && dice.next().value! < 7 ? sendNext(queue) : undefined
          if (sent) inFlight.push({ batch: sent, taken: broker.append(sent.bytes[0]!) })
          const answer = sent ? undefined : inFlight.shift()
          if (answer?.taken) queue.succeeded(answer.batch)
          else if (answer) queue.failed(answer.batch)
        }
        expect(broker.log).toEqual(Array.from({ length: count }, (_, i) => i))
      }),
    )
  })
})

/** Fails by dice, for a while. Without any state it takes what comes; what it has already is a repetition. */
class CheckingBroker {
  readonly log: number[] = []
  readonly #dice: Iterator<number>
  #trouble = 100

  constructor(dice: Iterator<number>) {
    this.#dice = dice
  }

  /** @returns what the client is told: an answer may be lost although the batch was taken. */
  append(number: number): boolean {
    if (this.#fails()) return false
    if (this.log.length > 0 && number > this.log.length) return false
    if (!this.log.includes(number)) this.log.push(number)
    return !this.#fails()
  }

  #fails(): boolean {
    return this.#trouble-- > 0 && this.#dice.next().value < 3
  }
}
