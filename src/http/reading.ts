import type { Call } from './endpoint.ts'
import { pageLimit } from './page.ts'
import type { ReadAge, ReadOptions } from './served.ts'

/** How one request reads a store, and how old what it read was: of several partitions, the oldest. */
export class Reading {
  readonly options: ReadOptions
  #checkpointAgeMs: number | undefined
  #lag: number | undefined

  /** @throws Refusal 400 */
  constructor({ values, signal }: Call) {
    this.options = {
      isolation: values.choice('isolation', ['latest', 'checkpoint'], 'latest'),
      stale: values.flag('stale'),
      signal,
      onRead: ({ checkpointAgeMs, lag }) => {
        this.#checkpointAgeMs = older(this.#checkpointAgeMs, checkpointAgeMs)
        this.#lag = older(this.#lag, lag)
      },
    }
  }

  /** The same for a page. One entry more says whether there are more. */
  pageOptions(call: Call): ReadOptions {
    return { ...this.options, limit: pageLimit(call) + 1 }
  }

  /** For the answer: nothing where it is as new as can be. */
  get age(): Partial<ReadAge> {
    return {
      ...(this.#checkpointAgeMs !== undefined && { checkpointAgeMs: Math.round(this.#checkpointAgeMs) }),
      ...(this.#lag !== undefined && { lag: this.#lag }),
    }
  }
}

function older(known: number | undefined, other: number | undefined): number | undefined {
  return known === undefined || other === undefined ? (known ?? other) : Math.max(known, other)
}
