import fc from 'fast-check'
import { utf8 } from '../../src/core/bytes.ts'

// What the tests of window and session stores have in common: the steps, and a list of everything that was put.

export const minute = 60_000
export const retentionMs = 3 * minute
export const segmentMs = minute
/** What a cache holds does not expire before it goes: the model knows nothing of that. */
export const endless = 10_000 * minute

export const key = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 2 })
export const value = fc.string({ maxLength: 1 })
export const move = fc.integer({ min: -4, max: 5 }).map((n) => n * 10_000)
export const bound = fc.option(key, { nil: undefined })
export const span = fc.integer({ min: -8, max: 8 }).map((n) => n * 30_000)
export const reverse = fc.boolean()

export const readingSteps = [
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), count: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'commit' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'checkpoint' as const }) },
]
export const find = fc.record({ do: fc.constant('find' as const), from: bound, to: bound, span, reverse })

export interface Kept {
  readonly key: string
  /** Start of a window, end of a session. */
  readonly time: number
  /** Tells duplicates, and sessions of one end, apart. */
  readonly second: number
  readonly value: string
}

export interface Bounds {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export type Order = 'segment' | 'time'

/** All that was put, and what of it a store shows. */
export class Model {
  readonly #retentionMs: number
  #kept: Kept[] = []
  time = -1

  constructor(retention: number) {
    this.#retentionMs = retention
  }

  put(kept: Omit<Kept, 'value'>, newValue: string | null): void {
    this.time = Math.max(this.time, kept.time)
    this.#kept = this.#kept.filter(
      (other) => other.key !== kept.key || other.time !== kept.time || other.second !== kept.second,
    )
    if (newValue !== null && this.isLive(kept.time)) this.#kept.push({ ...kept, value: newValue })
  }

  isLive(time: number): boolean {
    return time > this.time - this.#retentionMs
  }

  shown(passes: (kept: Kept) => boolean, order: Order, backward = false): Kept[] {
    const direction = backward ? -1 : 1
    return this.#kept
      .filter((kept) => this.isLive(kept.time) && passes(kept))
      .sort((a, b) => direction * compare(a, b, order))
  }
}

function compare(a: Kept, b: Kept, order: Order): number {
  const segment = (kept: Kept): number => (order === 'time' ? kept.time : Math.floor(kept.time / segmentMs))
  return segment(a) - segment(b) || Buffer.compare(storeKey(a), storeKey(b))
}

function storeKey(kept: Kept): Buffer {
  const tail = Buffer.alloc(16)
  tail.writeBigInt64BE(BigInt(kept.time))
  tail.writeBigInt64BE(BigInt(kept.second), 8)
  return Buffer.concat([utf8(kept.key), tail])
}

export function isWithin({ key: k }: Kept, { from, to }: Bounds): boolean {
  return (from === undefined || k >= from) && (to === undefined || k <= to)
}

export function rangeOf({ from, to }: Bounds): { readonly from?: string; readonly to?: string } {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

export function times(now: number, distance: number): { readonly first: number; readonly last: number } {
  const other = Math.max(0, now + distance)
  return { first: Math.min(now, other), last: Math.max(now, other) }
}
