import {
  type AssignmentOptions,
  assignmentDefaults,
  type ResolvedAssignmentOptions,
  resolveAssignmentOptions,
} from './assignment-options.ts'
import {
  type ClientOptions,
  clientDefaults,
  type ResolvedClientOptions,
  resolveClientOptions,
} from './client-options.ts'
import { StreamsError } from './errors.ts'
import {
  type FailureOptions,
  failureDefaults,
  type ResolvedFailureOptions,
  resolveFailureOptions,
} from './failure-options.ts'
import {
  type GroupMembershipOptions,
  groupDefaults,
  type ResolvedGroupMembershipOptions,
  resolveGroupOptions,
} from './group-options.ts'
import { consoleLogger, type Logger } from './logger.ts'
import {
  type MetricsOptions,
  metricsDefaults,
  type ResolvedMetricsOptions,
  resolveMetricsOptions,
} from './metrics-options.ts'
import { OptionChecks } from './option-checks.ts'
import {
  type ProcessingOptions,
  processingDefaults,
  type ResolvedProcessingOptions,
  resolveProcessingOptions,
} from './processing-options.ts'
import {
  type ResolvedStateOptions,
  resolveStateOptions,
  type StateOptions,
  stateDefaults,
} from './state-options.ts'

/** What an application may set. Each option's Java key is in docs/configuration.md. */
export interface StreamsOptions
  extends AssignmentOptions,
    ClientOptions,
    FailureOptions,
    GroupMembershipOptions,
    MetricsOptions,
    ProcessingOptions,
    StateOptions {
  /** Names the consumer group and prefixes internal topics and transactional ids. */
  readonly applicationId: string
  readonly logger?: Logger
}

/** All options set and checked; durations in ms. */
export interface ResolvedOptions
  extends ResolvedAssignmentOptions,
    ResolvedClientOptions,
    ResolvedFailureOptions,
    ResolvedGroupMembershipOptions,
    ResolvedMetricsOptions,
    ResolvedProcessingOptions,
    ResolvedStateOptions {
  readonly applicationId: string
  readonly logger: Logger
}

const known: readonly string[] = [
  'applicationId',
  'logger',
  ...[
    assignmentDefaults,
    clientDefaults,
    failureDefaults,
    groupDefaults,
    metricsDefaults,
    processingDefaults,
    stateDefaults,
  ].flatMap((defaults) => Object.keys(defaults)),
]

/**
 * @param otherProblems of options that are checked elsewhere.
 * @throws StreamsError `options-invalid` listing every problem.
 */
export function resolveOptions(
  options: StreamsOptions,
  otherProblems: readonly string[] = [],
): ResolvedOptions {
  const checks = new OptionChecks(otherProblems)
  checks.noOthers(options, known)
  checks.name('applicationId', options.applicationId)
  const resolved: ResolvedOptions = {
    applicationId: options.applicationId,
    ...resolveStateOptions(options, checks),
    ...resolveProcessingOptions(options, checks),
    ...resolveGroupOptions(options, checks),
    ...resolveMetricsOptions(options, checks),
    ...resolveFailureOptions(options, checks),
    ...resolveClientOptions(options, checks),
    ...resolveAssignmentOptions(options, (problem) => checks.check(false, problem)),
    logger: options.logger ?? consoleLogger,
  }
  if (checks.problems.length > 0) throw new StreamsError('options-invalid', checks.problems.join('\n'))
  return resolved
}
