import { type Duration, durationMs } from './time/duration.ts'

/** What decides which instance has which task (KIP-441, KIP-708); the same for all instances but for `clientTags`. */
export interface AssignmentOptions {
  /** Copies of each task's state that other instances keep up to date, to take over at once. */
  readonly numStandbyReplicas?: number
  /** How many copies beyond those catch up at a time, in the whole application, so that tasks can move. */
  readonly maxWarmupReplicas?: number
  /** Changelog records that an instance may lack and yet take over a task at once; Infinity: it need not have any. */
  readonly acceptableRecoveryLag?: number
  /** How often to look whether copies have caught up, while tasks are to move; at least a second. */
  readonly probingRebalanceInterval?: Duration
  /** Where this instance is: `{ zone: 'eu-1a', cluster: 'k8s' }`. */
  readonly clientTags?: Readonly<Record<string, string>>
  /** Keys of client tags in which the instances that have copies of a task are to differ. */
  readonly rackAwareAssignmentTags?: readonly string[]
}

export interface ResolvedAssignmentOptions {
  readonly numStandbyReplicas: number
  readonly maxWarmupReplicas: number
  readonly acceptableRecoveryLag: number
  readonly probingRebalanceIntervalMs: number
  readonly clientTags: Readonly<Record<string, string>>
  readonly rackAwareAssignmentTags: readonly string[]
}

export const assignmentDefaults = {
  numStandbyReplicas: 0,
  maxWarmupReplicas: 2,
  acceptableRecoveryLag: 10_000,
  probingRebalanceInterval: 600_000,
  clientTags: {},
  rackAwareAssignmentTags: [],
} as const

const maxTags = 5
const maxTagKeyLength = 20
const maxTagValueLength = 30

/** @param problem is told each option that is not good. */
export function resolveAssignmentOptions(
  options: AssignmentOptions,
  problem: (text: string) => void,
): ResolvedAssignmentOptions {
  const resolved = {
    numStandbyReplicas: options.numStandbyReplicas ?? assignmentDefaults.numStandbyReplicas,
    maxWarmupReplicas: options.maxWarmupReplicas ?? assignmentDefaults.maxWarmupReplicas,
    acceptableRecoveryLag: options.acceptableRecoveryLag ?? assignmentDefaults.acceptableRecoveryLag,
    probingRebalanceIntervalMs: probingRebalanceIntervalMs(options, problem),
    clientTags: options.clientTags ?? assignmentDefaults.clientTags,
    rackAwareAssignmentTags: options.rackAwareAssignmentTags ?? assignmentDefaults.rackAwareAssignmentTags,
  }
  if (!atLeast(resolved.numStandbyReplicas, 0))
    problem('numStandbyReplicas: not a whole number of at least 0')
  if (!atLeast(resolved.maxWarmupReplicas, 1)) problem('maxWarmupReplicas: not a whole number of at least 1')
  if (
    resolved.acceptableRecoveryLag !== Number.POSITIVE_INFINITY &&
    !atLeast(resolved.acceptableRecoveryLag, 0)
  )
    problem('acceptableRecoveryLag: neither a whole number of at least 0 nor Infinity')
  checkTags(resolved, problem)
  return resolved
}

function probingRebalanceIntervalMs(
  { probingRebalanceInterval = assignmentDefaults.probingRebalanceInterval }: AssignmentOptions,
  problem: (text: string) => void,
): number {
  try {
    const ms = durationMs(probingRebalanceInterval, 'probingRebalanceInterval')
    if (ms < 1000) problem(`probingRebalanceInterval (${ms} ms) must be at least a second`)
    return ms
  } catch (error) {
    problem((error as Error).message)
    return assignmentDefaults.probingRebalanceInterval
  }
}

/** With Java's limits (StreamsConfig.validateRackAwarenessConfiguration): tags travel in every subscription. */
function checkTags(
  { clientTags, rackAwareAssignmentTags }: ResolvedAssignmentOptions,
  problem: (text: string) => void,
): void {
  const tags = Object.entries(clientTags)
  if (tags.length > maxTags) problem(`clientTags: ${tags.length} tags, but ${maxTags} are the most`)
  for (const [key, value] of tags) {
    if (key.trim() === '' || key.length > maxTagKeyLength)
      problem(`clientTags: ${JSON.stringify(key)} is not a key of 1 to ${maxTagKeyLength} characters`)
    if (typeof value !== 'string' || value.trim() === '' || value.length > maxTagValueLength)
      problem(`clientTags: the value of ${key} is not a text of 1 to ${maxTagValueLength} characters`)
  }
  for (const key of rackAwareAssignmentTags)
    if (!Object.hasOwn(clientTags, key)) problem(`rackAwareAssignmentTags: clientTags has no '${key}'`)
}

function atLeast(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least
}
