import type { Link, LinkRequest } from '../../src/client/embedded/link.ts'
import { isRefused } from '../../src/client/embedded/refused.ts'
import { abortable } from '../../src/core/abortable.ts'
import type { Life } from './life.ts'
import type { Nemesis } from './nemesis.ts'
import { stepsOf } from './steps.ts'

/**
 * A client's way to the cluster and back. What the client for Kafka does about a request or an answer that is lost is
 * done here: it asks again, with the same bytes, until it is answered. Requests whose sender has given them up and that
 * arrive later all the same are not among what goes wrong: before transaction version 2 no client can help it (KIP-890).
 */
export class FaultyLink implements Link {
  readonly #life: Life
  readonly #nemesis: Nemesis

  constructor(life: Life, nemesis: Nemesis) {
    this.#life = life
    this.#nemesis = nemesis
  }

  async carry<T>(request: LinkRequest, handle: () => T | Promise<T>): Promise<T> {
    const [sent, answered] = stepsOf(request)
    for (;;) {
      if ((await this.#nemesis.meet(this.#life, sent)) !== 'lost') {
        const answer = await this.#arrive(handle)
        const lost = (await this.#nemesis.meet(this.#life, answered)) === 'lost'
        if (!lost && !('busy' in answer)) return answer.open()
      }
      await this.#nemesis.backoff(this.#life)
    }
  }

  /** @returns the answer, which may be a refusal; or that the coordinator is busy with the last transaction. */
  async #arrive<T>(
    handle: () => T | Promise<T>,
  ): Promise<{ readonly open: () => T } | { readonly busy: true }> {
    try {
      const answer = await abortable((async () => handle())(), this.#life.signal)
      return { open: () => answer }
    } catch (error) {
      if (isRefused(error, 'CONCURRENT_TRANSACTIONS')) return { busy: true }
      const open = (): never => {
        throw error
      }
      return { open }
    }
  }
}
