import { type Step, steps } from './steps.ts'

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

export function pairName(fault: Fault, step: Step): string {
  return `${fault} @ ${step}`
}
