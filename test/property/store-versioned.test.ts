import fc from 'fast-check'
import { expect, test } from 'vitest'
import { notPut, type VersionedKeyValueStore, validToUndefined } from '../../src/store/state-stores.ts'
import { runs } from './runs.ts'
import { base, StoreRun } from './store-harness.ts'

const historyRetentionMs = 100
const key = fc.constantFrom('a', 'aa', 'b')
const move = fc.integer({ min: -140, max: 40 })
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      key,
      value: fc.option(fc.string({ maxLength: 2 })),
      move,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), key, move }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('get' as const), key, asOf: fc.option(move) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'checkpoint' as const }) },
)

interface Put {
  readonly value: string | null
  readonly timestamp: number
}

interface KeptPut extends Put {
  /** Its end is known: that of a deletion is not if it was the latest. */
  readonly ends: boolean
}

/** Every put of one key that was not late. */
class History {
  readonly #puts: KeptPut[] = []

  put({ value, timestamp }: Put): number {
    const replaced = this.#puts.findIndex((put) => put.timestamp === timestamp)
    const isLatest = this.#puts.every((put) => put.timestamp <= timestamp)
    // Java forgets a deletion that takes the place of the latest version, unless there is one that ends with it.
    const isForgotten = value === null && isLatest && replaced >= 0 && this.#puts[replaced]!.value !== null
    const before = this.#puts.findLast((put) => put.timestamp < timestamp)
    if (replaced >= 0) this.#puts.splice(replaced, 1)
    if (!isForgotten || before?.ends) this.#puts.push({ value, timestamp, ends: value !== null || !isLatest })
    this.#puts.sort((a, b) => a.timestamp - b.timestamp)
    return this.#puts.find((put) => put.timestamp > timestamp)?.timestamp ?? validToUndefined
  }

  /** Of the versions that began at a time or before, the last. */
  at(time: number): Put | undefined {
    const found = this.#puts.findLast((put) => put.timestamp <= time)
    return found && found.value !== null ? { value: found.value, timestamp: found.timestamp } : undefined
  }

  get latest(): Put | undefined {
    return this.at(Number.POSITIVE_INFINITY)
  }
}

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Does steps to a versioned store and to histories. */
class Check {
  readonly #run: StoreRun<VersionedKeyValueStore<string, string>>
  readonly #histories = new Map<string, History>()
  /** The latest put. */
  #time = 0

  constructor(segmentMs: number) {
    this.#run = new StoreRun({ ...base, kind: 'versioned', historyRetentionMs, segmentMs })
  }

  async take(action: Step): Promise<void> {
    if (action.do === 'checkpoint') await this.#run.checkpoint()
    else if (action.do === 'get') this.#get(action.key, action.asOf)
    else {
      const timestamp = Math.max(0, this.#time + action.move)
      if (action.do === 'put') this.#put(action.key, { value: action.value, timestamp })
      else this.#delete(action.key, timestamp)
    }
  }

  #put(k: string, put: Put): void {
    const found = this.#run.store.put(k, put.value, put.timestamp)
    expect(found).toBe(this.#advance(put.timestamp) ? this.#history(k).put(put) : notPut)
  }

  #delete(k: string, timestamp: number): void {
    const found = this.#run.store.delete(k, timestamp)
    const before = this.#history(k).at(timestamp)
    const isTaken = this.#advance(timestamp)
    expect(found).toEqual(isTaken ? before : undefined)
    if (isTaken) this.#history(k).put({ value: null, timestamp })
  }

  #get(k: string, distance: number | null): void {
    const history = this.#history(k)
    const { latest } = history
    if (distance === null) {
      expect(this.#run.store.get(k)).toEqual(latest)
      return
    }
    const asOf = Math.max(0, this.#time + distance)
    const isReadable = asOf >= this.#time - historyRetentionMs || (latest && latest.timestamp <= asOf)
    expect(this.#run.store.get(k, asOf)).toEqual(isReadable ? history.at(asOf) : undefined)
  }

  /** @returns false if the put is late. */
  #advance(timestamp: number): boolean {
    if (timestamp < this.#time - historyRetentionMs) return false
    this.#time = Math.max(this.#time, timestamp)
    return true
  }

  #history(k: string): History {
    const history = this.#histories.get(k) ?? new History()
    this.#histories.set(k, history)
    return history
  }
}

test('a versioned store gives the version that was valid, as long as its history goes back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 80, size: 'max' }),
      fc.constantFrom(10, 40, 1000),
      async (steps, segmentMs) => {
        const check = new Check(segmentMs)
        for (const action of steps) await check.take(action)
      },
    ),
    runs(300),
  )
})
