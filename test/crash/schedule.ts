import { type FatefulStep, fatefulSteps } from './fate.ts'
import type { Mutation } from './mutations.ts'
import { Random } from './random.ts'

/** When a worker is killed. */
export type Moment =
  /** At any time. */
  | 'any'
  /** When it has told of a commit, or of a checkpoint. */
  | 'committed'
  | 'checkpointed'
  /** While its producer has a transaction open. */
  | 'transaction'
  /** When it has just got its tasks back and restores them. */
  | 'restoring'
  /** While it joins the group anew, because the other came back. */
  | 'rebalancing'
  /** In its next commit, when this step is done. */
  | FatefulStep

export interface Kill {
  readonly kind: 'kill'
  readonly moment: Moment
  /** The worker, by index. */
  readonly target: number
  /** The other one is killed too. */
  readonly both: boolean
  /** It comes back only when the other has taken over. */
  readonly late: boolean
}

export interface Pause {
  readonly kind: 'pause'
  readonly target: number
  /** What it is doing then: reading input, sending records of a transaction, or waiting to join the group anew. */
  readonly during: 'input' | 'records' | 'rebalance'
  /** It wakes when the other was given its tasks, or only when the other has gone on with them. */
  readonly until: 'takeover' | 'progress'
}

export interface BrokerRestart {
  readonly kind: 'restart broker'
  readonly signal: 'SIGTERM' | 'SIGKILL'
}

export type Step = Kill | Pause | BrokerRestart

export interface Round {
  readonly steps: readonly Step[]
  /** Commits of each worker to wait for first. */
  readonly commits: number
}

const moments: readonly Moment[] = [
  'transaction',
  'checkpointed',
  'any',
  'committed',
  'restoring',
  'rebalancing',
  ...fatefulSteps,
]

const pauses: readonly Pause['during'][] = ['rebalance', 'input', 'records']

/**
 * Every run has a pause and a restart of the broker; moments repeat only when all have been.
 * @param signal ends the broker. After about one SIGKILL in twenty Kafka drops markers of transactions
 *   (`KafkaBroker.skippedMarkers`) while their producers are gone, and no run can end well; hence the default.
 */
export function schedule(
  rounds: number,
  seed: number,
  mutation: Mutation | undefined,
  signal: BrokerRestart['signal'] = 'SIGTERM',
): Round[] {
  const random = new Random(seed)
  const pausedIn = random.int(0, 3)
  const restartIn = Math.floor(rounds / 2)
  let left: Moment[] = []
  return Array.from({ length: rounds }, (_, round) => {
    if (left.length === 0) left = random.shuffled(moments)
    const kill: Kill = {
      kind: 'kill',
      moment: left.pop()!,
      target: random.int(0, 1),
      both: random.chance(0.2),
      late: random.chance(0.3),
    }
    const pause: Pause = {
      kind: 'pause',
      target: random.int(0, 1),
      during: pauses[round % pauses.length]!,
      until: random.chance(0.5) ? 'takeover' : 'progress',
    }
    const commits = random.int(2, 10)
    if (mutation) return { commits, steps: [stepThatShows(mutation, kill, pause)] }
    const steps: Step[] = [kill]
    if (round % 4 === pausedIn % Math.min(rounds, 4)) steps.push(pause)
    if (round === restartIn) steps.unshift({ kind: 'restart broker', signal })
    return { commits, steps }
  })
}

/** What makes the mutation harmful: one need not wait for chance. */
function stepThatShows(mutation: Mutation, kill: Kill, pause: Pause): Step {
  switch (mutation) {
    case 'checkpoint-before-end':
      return { ...kill, moment: 'checkpointed', both: false, late: false }
    case 'offsets-without-generation':
    case 'skip-abort':
      return { ...pause, during: 'records', until: 'takeover' }
  }
}
