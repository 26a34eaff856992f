import type { Random } from '../crash/random.ts'
import { canMeet, type Fault, pairName } from './pairs.ts'
import { isStep, type Step } from './steps.ts'
import { type Theme, themeChance, themeTimes } from './theme.ts'

/** Of a step, each time it is met; 'reorder' comes by itself. */
const chances: Readonly<Record<Exclude<Fault, 'reorder'>, number>> = {
  delay: 0.02,
  'lost request': 0.006,
  'lost response': 0.006,
  crash: 0.0003,
  pause: 0.0003,
  fence: 0.0004,
  'time out': 0.0003,
  expire: 0.0004,
  die: 0.0003,
}

const chosen = Object.keys(chances) as readonly Exclude<Fault, 'reorder'>[]

export type FaultCounts = Map<string, number>

/** Decides what goes wrong, by a seed, and counts what did. */
export class Faults {
  readonly counts: FaultCounts = new Map()
  readonly #random: Random
  readonly #theme: Theme
  #themeLeft = themeTimes
  #on = true

  constructor(random: Random, theme: Theme) {
    this.#random = random
    this.#theme = theme
  }

  /** From now on all goes well. */
  stop(): void {
    this.#on = false
  }

  choose(step: Step): Fault | undefined {
    if (!this.#on) return undefined
    const { fault, step: at, fencing } = this.#theme
    if (at === step && this.#themeLeft > 0 && this.#random.chance(themeChance)) return fault
    let draw = this.#random.next()
    for (const one of chosen) {
      draw -= one === 'fence' || one === 'expire' ? chances[one] * fencing : chances[one]
      if (draw < 0) return canMeet(one, step) ? one : undefined
    }
    return undefined
  }

  count(fault: Fault, step: string): void {
    if (!this.#on || !isStep(step)) return
    if (fault === this.#theme.fault && step === this.#theme.step) this.#themeLeft--
    const name = pairName(fault, step)
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }
}
