import type { EmbeddedCluster } from '../../src/client/embedded/cluster.ts'
import { isRefused } from '../../src/client/embedded/refused.ts'
import { StreamsError } from '../../src/core/errors.ts'
import type { Random } from '../crash/random.ts'
import type { Faults } from './faults.ts'
import type { Life } from './life.ts'
import type { Scheduler } from './scheduler.ts'
import type { Step } from './steps.ts'

export interface NemesisParts {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly faults: Faults
  readonly cluster: EmbeddedCluster
  readonly sessionMs: number
  readonly transactionTimeoutMs: number
}

/** Lets go wrong what the seed says. */
export class Nemesis {
  readonly #parts: NemesisParts

  constructor(parts: NemesisParts) {
    this.#parts = parts
  }

  /**
   * A process comes to a step: it waits for its turn, and then something may happen.
   * @returns 'lost' if the request, or the answer, does not arrive. @throws the life's death; what ends a thread.
   */
  async meet(life: Life, step: Step): Promise<'lost' | undefined> {
    const { scheduler, faults, random, sessionMs } = this.#parts
    await scheduler.wait(life, step)
    const fault = faults.choose(step)
    if (!fault) return undefined
    const done = (): void => {
      faults.count(fault, step)
      scheduler.note(life, `-- ${fault} at ${step}`)
    }
    switch (fault) {
      case 'reorder':
        return undefined
      case 'delay':
        done()
        await scheduler.wait(
          life,
          step,
          random.chance(0.05) ? random.int(1, 2 * sessionMs) : random.int(1, 60),
        )
        return undefined
      case 'lost request':
      case 'lost response':
        done()
        return 'lost'
      case 'crash':
        done()
        life.process.crash()
        throw life.death
      case 'pause':
        done()
        life.frozenUntil = scheduler.now + this.#pauseMs()
        await scheduler.wait(life, step)
        return undefined
      case 'fence':
        if (this.#fence(life)) done()
        return undefined
      case 'time out':
        if (this.#timeOut()) done()
        return undefined
      case 'expire':
        if (this.#expire(life)) done()
        return undefined
      case 'die':
        done()
        throw new StreamsError('protocol-error', `simulated: ${step}`)
    }
  }

  /** Between two attempts of a client. */
  backoff(life: Life): Promise<void> {
    const { scheduler, random } = this.#parts
    return scheduler.wait(life, 'again', random.int(1, 50))
  }

  #pauseMs(): number {
    const { random, sessionMs, transactionTimeoutMs } = this.#parts
    const least = random.chance(0.3) ? transactionTimeoutMs : sessionMs
    return random.int(least, least + sessionMs)
  }

  #fence({ transactionalIds }: Life): boolean {
    if (transactionalIds.size === 0) return false
    const { random, cluster, transactionTimeoutMs } = this.#parts
    const id = random.pick([...transactionalIds])
    try {
      cluster.handle(({ transactions }) => transactions.initProducer(id, transactionTimeoutMs))
      return true
    } catch (error) {
      // It has fenced it if it had to end a transaction first.
      if (isRefused(error, 'CONCURRENT_TRANSACTIONS')) return true
      throw error
    }
  }

  #timeOut(): boolean {
    const { cluster } = this.#parts
    return cluster.handle(({ transactions }) => {
      const deadline = transactions.nextDeadline()
      if (deadline === Number.POSITIVE_INFINITY) return false
      transactions.expire(Number.MAX_SAFE_INTEGER)
      return true
    })
  }

  #expire({ members }: Life): boolean {
    const { random, cluster } = this.#parts
    const known = [...members].map(({ group }) => group).filter(({ memberId }) => memberId !== '')
    if (known.length === 0) return false
    const group = random.pick(known)
    try {
      cluster.handle(({ groups }, now) => groups.leave(group, now))
      return true
    } catch (error) {
      if (StreamsError.is(error)) return false
      throw error
    }
  }
}
