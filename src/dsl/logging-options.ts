import { StreamsError } from '../core/errors.ts'
import type { ChangelogMode, StoreSpec } from '../plan/store-spec.ts'

/** What a store writes to its changelog topic (Java's withLoggingEnabled and withLoggingDisabled). */
export interface LoggingOptions {
  /** `coalesced` (default): one record per changed key and commit; `each` change, as Java does; or `off`. */
  readonly changelog?: ChangelogMode
  /** Configs of the changelog topic, over those that Java gives it: `{ 'min.insync.replicas': '2' }`. */
  readonly topicConfig?: Readonly<Record<string, string>>
}

/** @throws StreamsError `topology-invalid` if there are configs and no topic. */
export function loggingOf(
  { changelog = 'coalesced', topicConfig }: LoggingOptions,
  call: string,
): Pick<StoreSpec, 'changelog' | 'topicConfig'> {
  if (topicConfig === undefined) return { changelog }
  if (changelog === 'off')
    throw new StreamsError('topology-invalid', `${call}: topicConfig is for a changelog, which is off`)
  return { changelog, topicConfig: Object.freeze({ ...topicConfig }) }
}
