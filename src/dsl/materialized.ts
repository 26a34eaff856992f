import { StreamsError } from '../core/errors.ts'
import { durationMs } from '../core/time/duration.ts'
import { checkName } from '../plan/naming.ts'
import type {
  KeyValueStoreSpec,
  SessionStoreSpec,
  VersionedStoreSpec,
  WindowStoreSpec,
} from '../plan/store-spec.ts'
import type { Serde } from '../serde/serde.ts'
import { segmentMs } from '../store/segmented-rows.ts'
import type { BuildContext } from './context.ts'
import { loggingOf } from './logging-options.ts'
import type {
  KeyValueStoreOptions,
  SessionStoreOptions,
  StoreOptions,
  VersionedOptions,
  WindowStoreOptions,
} from './options.ts'

// Stores of the DSL, as Java's Materialized and its suppliers make them.

export interface StoreParts {
  /** Of the call, for messages. */
  readonly call: string
  readonly name: string
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  readonly aggregate?: string
}

/** The name given, checked, or else a generated one; an index is used up only then. */
export function storeName(
  { naming }: BuildContext,
  options: StoreOptions | undefined,
  prefix: string,
  call: string,
): string {
  if (options?.name === undefined) {
    const name = naming.store(prefix)
    naming.unnamedStores.push({ name, logged: options?.changelog !== 'off' })
    return name
  }
  return checkName(options.name, `${call}: store name`)
}

export function keyValueStoreSpec(
  context: BuildContext,
  options: KeyValueStoreOptions | undefined,
  parts: StoreParts,
): KeyValueStoreSpec | VersionedStoreSpec {
  const common = commonSpec(context, options, parts)
  if (options?.versioned) {
    checkVersioned(options, parts.call)
    return versionedSpec(common, options.versioned, parts.call)
  }
  return {
    kind: 'key-value',
    ...common,
    timestamped: true,
    ...(options?.timestamped === false && { plainRows: true }),
    ...(options?.maxEntries !== undefined && { maxEntries: options.maxEntries }),
  }
}

/** @param neededMs what the windows need: size and grace. @throws StreamsError `topology-invalid` if less is retained. */
export function windowStoreSpec(
  context: BuildContext,
  options: WindowStoreOptions | undefined,
  parts: StoreParts & {
    readonly windowSizeMs: number
    readonly neededMs: number
    readonly advanceMs?: number
  },
): WindowStoreSpec {
  const retentionMs = retention(options, parts)
  const { windowSizeMs, advanceMs } = parts
  return {
    kind: 'window',
    ...commonSpec(context, options, parts),
    timestamped: true,
    ...(options?.timestamped === false && { plainRows: true }),
    windowSizeMs,
    retentionMs,
    segmentMs: segmentMs(retentionMs),
    retainDuplicates: false,
    ...(advanceMs !== undefined && { advanceMs }),
  }
}

/** @param neededMs what the sessions need: gap and grace. @throws StreamsError `topology-invalid` if less is retained. */
export function sessionStoreSpec(
  context: BuildContext,
  options: SessionStoreOptions | undefined,
  parts: StoreParts & { readonly neededMs: number },
): SessionStoreSpec {
  const retentionMs = retention(options, parts)
  return {
    kind: 'session',
    ...commonSpec(context, options, parts),
    retentionMs,
    segmentMs: segmentMs(retentionMs),
  }
}

type CommonSpec = Omit<KeyValueStoreSpec, 'kind' | 'timestamped' | 'maxEntries'>

function commonSpec(
  { defaults }: BuildContext,
  options: StoreOptions | undefined,
  { call, name, keySerde, valueSerde, aggregate }: StoreParts,
): CommonSpec {
  return {
    name,
    keySerde,
    valueSerde,
    engine: options?.kind ?? defaults.store,
    ...loggingOf(options ?? {}, `${call}: store '${name}'`),
    caching: options?.caching ?? true,
    ...(aggregate !== undefined && { aggregate }),
  }
}

/** Java has no such combinations: each is the option of another store supplier. */
function checkVersioned({ maxEntries, timestamped }: KeyValueStoreOptions, call: string): void {
  const other =
    maxEntries !== undefined ? 'maxEntries' : timestamped !== undefined ? 'timestamped' : undefined
  if (other === undefined) return
  throw new StreamsError(
    'topology-invalid',
    `${call}: a versioned store keeps all values and times: leave out ${other}`,
  )
}

function versionedSpec(common: CommonSpec, options: VersionedOptions, call: string): VersionedStoreSpec {
  const historyRetentionMs = durationMs(options.history, `${call}: store.versioned.history`)
  const segment =
    options.segmentInterval === undefined
      ? versionedSegmentMs(historyRetentionMs)
      : durationMs(options.segmentInterval, `${call}: store.versioned.segmentInterval`)
  // Versioned stores are never cached (KeyValueStoreMaterializer).
  return { kind: 'versioned', ...common, caching: false, historyRetentionMs, segmentMs: segment }
}

/** RocksDbVersionedKeyValueBytesStoreSupplier.defaultSegmentInterval */
export function versionedSegmentMs(historyRetentionMs: number): number {
  if (historyRetentionMs <= 60_000) return Math.max(Math.floor(historyRetentionMs / 3), 2000)
  if (historyRetentionMs <= 300_000) return Math.max(Math.floor(historyRetentionMs / 5), 20_000)
  if (historyRetentionMs <= 3_600_000) return Math.max(Math.floor(historyRetentionMs / 12), 60_000)
  return Math.max(Math.floor(historyRetentionMs / 24), 300_000)
}

function retention(
  options: WindowStoreOptions | SessionStoreOptions | undefined,
  { call, name, neededMs }: StoreParts & { readonly neededMs: number },
): number {
  const given = options?.retention
  const retentionMs = given === undefined ? neededMs : durationMs(given, `${call}: store.retention`)
  if (retentionMs >= neededMs) return retentionMs
  throw new StreamsError(
    'topology-invalid',
    `${call}: store '${name}' retains ${retentionMs} ms, less than the ${neededMs} ms that its windows and their grace need`,
  )
}
