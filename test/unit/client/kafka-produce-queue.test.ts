import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProduceQueue, type QueuedBatch } from '../../../src/client/kafka/produce-queue.ts'
import { decodeBatches } from '../../../src/protocol/record-batch/decode.ts'
import { encodeBatch } from '../../../src/protocol/record-batch/encode.ts'
import { checkBatchCrc, readBatchHeader } from '../../../src/protocol/record-batch/header.ts'
import { baseSequenceOf } from '../../../src/protocol/record-batch/rewrite.ts'

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

  test('what takes the place of a refused batch goes first, and what follows closes the gap', () => {
    const queue = new ProduceQueue('t', 0)
    const push = (value: number, records: number): QueuedBatch => {
      const pushed = encoded(
        queue.reserve(records),
        Array.from({ length: records }, () => value),
      )
      queue.push(pushed)
      return pushed
    }
    for (const value of [1, 2, 3, 4]) push(value, 3)
    queue.succeeded(sendNext(queue)!)
    const [second, third] = [sendNext(queue)!, sendNext(queue)!]
    expect(queue.replaced(second, [encoded(3, [2])])).toBe(false)
    expect([queue.recovering, queue.next(1)]).toEqual([true, undefined])
    expect(queue.failed(third)).toBe(true)
    push(5, 1)
    const sent = [1, 2, 3, 4].map(() => sendNext(queue)!)
    expect(sent.map(({ bytes }) => baseSequenceOf(bytes))).toEqual([3, 4, 7, 10])
    for (const { bytes } of sent) checkBatchCrc(bytes, 0, readBatchHeader(bytes, 0))
    expect(queue.reserve(1)).toBe(11)
  })

  test('a batch that is refused whole leaves no gap, the last one neither', () => {
    const queue = new ProduceQueue('t', 0)
    const [first, second] = [encoded(queue.reserve(2), [1, 1]), encoded(queue.reserve(1), [2])]
    queue.push(first)
    queue.push(second)
    sendNext(queue)
    expect(queue.replaced(first, [])).toBe(true)
    expect(sendNext(queue)).toBe(second)
    expect(baseSequenceOf(second.bytes)).toBe(0)
    expect(queue.replaced(second, [])).toBe(true)
    expect([queue.hasWaiting, queue.recovering, queue.reserve(1)]).toEqual([false, false, 0])
  })

  test('whatever fails and is refused, the log has each other record once and in order', () => {
    const batches = fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), { maxLength: 12 })
    fc.assert(
      fc.property(batches, fc.infiniteStream(fc.nat(9)), (all, dice) => {
        let next = 0
        const numbered = all.map((batch) => batch.map((isBad) => (isBad ? -++next : ++next)))
        const broker = new RefusingBroker(dice)
        deliver(numbered, broker, dice)
        expect(broker.log).toEqual(numbered.flat().filter((number) => number > 0))
      }),
    )
  })
})

/** Batches are queued, sent and answered by dice, each batch and answer in order. */
function deliver(batches: readonly number[][], broker: RefusingBroker, dice: Iterator<number>): void {
  const queue = new ProduceQueue('t', 0)
  const toCome = [...batches]
  const inFlight: { readonly batch: QueuedBatch; readonly answer: Answer }[] = []
  for (let turns = 0; toCome.length > 0 || queue.hasWaiting || inFlight.length > 0; turns++) {
    if (turns > 10_000) throw new Error(`no progress: ${queue.hasWaiting}, ${inFlight.length} in flight`)
    const numbers = dice.next().value < 4 ? toCome.shift() : undefined
    if (numbers) queue.push(encoded(queue.reserve(numbers.length), numbers))
    const sent = inFlight.length < 5 && dice.next().value < 7 ? sendNext(queue) : undefined
    if (sent) inFlight.push({ batch: sent, answer: broker.append(sent) })
    const answered = sent ? undefined : inFlight.shift()
    if (answered) settle(queue, answered.batch, answered.answer)
  }
}

/** Numbers: the batch was refused, and these are good. */
type Answer = 'taken' | 'failed' | readonly number[]

function settle(queue: ProduceQueue, batch: QueuedBatch, answer: Answer): void {
  if (answer === 'taken') queue.succeeded(batch)
  else if (answer === 'failed') queue.failed(batch)
  else queue.replaced(batch, answer.length > 0 ? [encoded(baseSequenceOf(batch.bytes), answer)] : [])
}

/** A real batch; its records' values are the numbers. */
function encoded(sequence: number, numbers: readonly number[]): QueuedBatch {
  const records = numbers.map((number) => ({ timestamp: number, key: null, value: null }))
  const bytes = encodeBatch(records, { producerId: 1, producerEpoch: 0, sequence })
  return { bytes, records: numbers.length }
}

/** Refuses batches with negative numbers, by its rules before it looks at sequences, as brokers do. */
class RefusingBroker {
  readonly log: number[] = []
  readonly #dice: Iterator<number>
  #expected: number | undefined
  #trouble = 60

  constructor(dice: Iterator<number>) {
    this.#dice = dice
  }

  append({ bytes, records }: QueuedBatch): Answer {
    if (this.#fails()) return 'failed'
    const numbers = decodeBatches(bytes).map(({ timestamp }) => timestamp)
    const good = numbers.filter((number) => number > 0)
    if (good.length < numbers.length) return good
    const sequence = baseSequenceOf(bytes)
    if (sequence < (this.#expected ?? 0)) return this.log.includes(numbers[0]!) ? 'taken' : 'failed'
    if (this.#expected !== undefined && sequence !== this.#expected) return 'failed'
    this.#expected = sequence + records
    this.log.push(...numbers)
    return this.#fails() ? 'failed' : 'taken'
  }

  #fails(): boolean {
    return this.#trouble-- > 0 && this.#dice.next().value < 3
  }
}

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
