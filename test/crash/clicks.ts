import { Random } from './random.ts'

export interface Click {
  readonly userId: string
  readonly url: string
  /** Seconds since the epoch. */
  readonly timestamp: number
}

const users = 400
/** Clicks a second of event time, if not given. */
const usualRate = 10
const startSeconds = Date.UTC(2024, 0, 5, 10) / 1000

/**
 * Endless clicks whose times move forward. Some come out of order but within the grace; others come so late that
 * some of them fall into closed windows.
 */
export class ClickGenerator {
  readonly #random: Random
  readonly #rate: number
  #made = 0

  /** @param rate clicks a second of event time */
  constructor(seed: number, rate: number = usualRate) {
    this.#random = new Random(seed)
    this.#rate = rate
  }

  /** The id is the click's place in the series. */
  next(): { readonly id: number; readonly click: Click } {
    const random = this.#random
    const id = this.#made++
    // Squared: some users click a lot.
    const user = Math.floor(random.next() ** 2 * users)
    const timestamp = startSeconds + Math.floor(id / this.#rate) - this.#delay()
    return { id, click: { userId: `user${user}`, url: `/page/${id}`, timestamp } }
  }

  #delay(): number {
    const random = this.#random
    const kind = random.next()
    if (kind < 0.75) return 0
    return kind < 0.93 ? random.int(1, 50) : random.int(61, 900)
  }
}

/** The place in the series of a click that `ClickGenerator` made. */
export function clickId(click: Click): number {
  return Number(click.url.slice('/page/'.length))
}
