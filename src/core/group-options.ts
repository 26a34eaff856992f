import type { OptionChecks } from './option-checks.ts'
import type { Duration } from './time/duration.ts'

/** The application's place in its group. */
export interface GroupMembershipOptions {
  /** After it a silent member is taken for dead. */
  readonly sessionTimeout?: Duration
  readonly heartbeatInterval?: Duration
  readonly rebalanceTimeout?: Duration
  /** How often to look for new topics that match a pattern, and for new partitions of source topics. */
  readonly metadataMaxAge?: Duration
  /** Names this instance in the group, so that a quick restart rebalances nothing (group.instance.id, KIP-345). */
  readonly groupInstanceId?: string
  /** `host:port` under which other instances reach this one's queries. */
  readonly applicationServer?: string
}

export interface ResolvedGroupMembershipOptions {
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly rebalanceTimeoutMs: number
  readonly metadataMaxAgeMs: number
  readonly groupInstanceId: string | undefined
  readonly applicationServer: string | undefined
}

export const groupDefaults = {
  sessionTimeout: 45_000,
  heartbeatInterval: 3000,
  rebalanceTimeout: 300_000,
  metadataMaxAge: 300_000,
  groupInstanceId: undefined,
  applicationServer: undefined,
} as const

export function resolveGroupOptions(
  options: GroupMembershipOptions,
  checks: OptionChecks,
): ResolvedGroupMembershipOptions {
  const duration = (
    name: 'sessionTimeout' | 'heartbeatInterval' | 'rebalanceTimeout' | 'metadataMaxAge',
  ): number => checks.duration(name, options[name], groupDefaults[name])
  const resolved = {
    sessionTimeoutMs: duration('sessionTimeout'),
    heartbeatIntervalMs: duration('heartbeatInterval'),
    rebalanceTimeoutMs: duration('rebalanceTimeout'),
    metadataMaxAgeMs: duration('metadataMaxAge'),
    groupInstanceId: options.groupInstanceId,
    applicationServer: options.applicationServer,
  }
  const { sessionTimeoutMs, heartbeatIntervalMs, groupInstanceId, applicationServer } = resolved
  checks.check(
    heartbeatIntervalMs * 3 <= sessionTimeoutMs,
    `heartbeatInterval (${heartbeatIntervalMs} ms) must be at most a third of sessionTimeout (${sessionTimeoutMs} ms)`,
  )
  if (groupInstanceId !== undefined) checks.name('groupInstanceId', groupInstanceId)
  checks.check(
    applicationServer === undefined || /^.+:\d{1,5}$/.test(applicationServer),
    `applicationServer: ${JSON.stringify(applicationServer)} is not 'host:port'`,
  )
  return resolved
}
