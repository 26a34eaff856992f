import type { Random } from '../crash/random.ts'
import { isStep, type Step, steps } from './steps.ts'

/** What goes wrong at a step. */
export const faultKinds = [
  // It goes on before others that have waited longer.
  'reorder',
  // It takes its time, now and then longer than a session.
  'delay',
  'lost request',
  // The cluster has done it, and the client does not know: it asks again.
  'lost response',
  'crash',
  // Past the session, now and then past the transaction's timeout.
  'pause',
  // Somebody else takes the producer's transactional id.
  'fence',
  // All open transactions are too old.
  'time out',
  // The group gives up the member.
  'expire',
  // An error that no retry mends, which ends the thread; another one takes its place.
  'die',
] as const

export type Fault = (typeof faultKinds)[number]

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

/** Each seed has one pair that it meets this often, and no more than so many times. */
const themeChance = 0.4
const themeTimes = 3

/** Whether a fault can meet a step at all. */
export function canMeet(fault: Fault, step: Step): boolean {
  const ownWork = step.startsWith('checkpoint') || step.startsWith('task close')
  const fetches = step.endsWith('fetch')
  const goes = /(sent|asked)$/.test(step)
  switch (fault) {
    case 'lost request':
      return goes
    case 'lost response':
      // Fetches have no effect on the cluster: one that is lost is one that is late.
      return !goes && !ownWork && !fetches
    case 'die':
      // What fails on the way back is a lost response; a disk that is full is met before the write.
      return (goes && !isUnheard(step)) || step === 'checkpoint cut and submitted'
    default:
      return true
  }
}

/** Its failure is logged, and nothing comes of it; a heartbeat that is refused is 'expire'. */
function isUnheard(step: Step): boolean {
  return step.startsWith('Heartbeat') || step.startsWith('LeaveGroup') || step.startsWith('purge')
}

export const pairs: readonly { readonly fault: Fault; readonly step: Step }[] = faultKinds.flatMap((fault) =>
  steps.filter((step) => canMeet(fault, step)).map((step) => ({ fault, step })),
)

const themes = pairs.filter(({ fault }) => fault !== 'reorder')

export type FaultCounts = Map<string, number>

export function pairName(fault: Fault, step: Step): string {
  return `${fault} @ ${step}`
}

/** Decides what goes wrong, by a seed, and counts what did. */
export class Faults {
  readonly counts: FaultCounts = new Map()
  readonly #random: Random
  readonly #theme: (typeof themes)[number]
  #themeLeft = themeTimes
  #on = true

  constructor(random: Random, seed: number) {
    this.#random = random
    this.#theme = themes[seed % themes.length]!
  }

  get theme(): string {
    return pairName(this.#theme.fault, this.#theme.step)
  }

  /** From now on all goes well. */
  stop(): void {
    this.#on = false
  }

  choose(step: Step): Fault | undefined {
    if (!this.#on) return undefined
    const { fault, step: at } = this.#theme
    if (at === step && this.#themeLeft > 0 && this.#random.chance(themeChance)) {
      this.#themeLeft--
      return fault
    }
    let draw = this.#random.next()
    for (const one of chosen) {
      draw -= chances[one]
      if (draw < 0) return canMeet(one, step) ? one : undefined
    }
    return undefined
  }

  count(fault: Fault, step: string): void {
    if (!this.#on || !isStep(step)) return
    const name = pairName(fault, step)
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }
}
