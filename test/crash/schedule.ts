import type { Mutation } from './mutations.ts'
import { Random } from './random.ts'
import type { Scenario } from './scenario/scenario.ts'
import type { SessionPlan } from './session.ts'

/** From so many rounds on a scenario has a session to itself: what is wrong then is its doing. */
const roundsAlone = 4

/**
 * Divides rounds among scenarios, as evenly as their weights say, at least one each, and these among sessions.
 * Scenarios of few rounds share one, if they need no setting of their own and do not have to be verified soon.
 */
export function schedule(
  scenarios: readonly Scenario[],
  rounds: number,
  seed: number,
  mutation: Mutation | undefined,
): SessionPlan[] {
  const random = new Random(seed)
  const weights = scenarios.reduce((sum, { weight = 1 }) => sum + weight, 0)
  const shared: Scenario[] = []
  const sessions: Scenario[][] = []
  for (const scenario of scenarios) {
    const share = Math.max(1, Math.ceil((rounds * (scenario.weight ?? 1)) / weights))
    const its = Array<Scenario>(share).fill(scenario)
    const { setting, roundsTogether } = scenario
    if (setting || roundsTogether !== undefined || share >= roundsAlone)
      sessions.push(...inParts(its, roundsTogether))
    else shared.push(...its)
  }
  if (shared.length > 0) sessions.unshift(random.shuffled(shared))
  return sessions.map((its, i) => ({ seed: seed + i * 1000, rounds: its, mutation }))
}

function inParts<T>(items: readonly T[], most = items.length): T[][] {
  return Array.from({ length: Math.ceil(items.length / most) }, (_, i) =>
    items.slice(i * most, (i + 1) * most),
  )
}
