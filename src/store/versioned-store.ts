import { compareBytes } from '../core/bytes.ts'
import type { RangeOptions, Row, SpaceRows } from './byte-store.ts'
import { bytesText, textBytes } from './bytes-text.ts'
import { type ChangelogOptions, ChangelogWriter } from './changelog.ts'
import type { ChangelogRecord } from './changelog-record.ts'
import type { CheckpointedRows, RowSpaces, Rows } from './rows.ts'
import { SegmentedRows } from './segmented-rows.ts'
import { notPut, validToUndefined } from './state-stores.ts'
import { readTimestamped, timestampedRow } from './timestamped.ts'
import {
  type PastVersion,
  readVersion,
  recordKeyOfVersion,
  versionKey,
  versionRow,
} from './versioned-rows.ts'

export interface VersionedStoreOptions {
  readonly name: string
  /** Versions that ended longer ago are forgotten; and so long after its time a put is late. ms. */
  readonly historyRetentionMs: number
  readonly segmentMs: number
  readonly changelog: ChangelogOptions | undefined
  /** Told of each put that came too late. */
  expired?(): void
}

/** A version, whenever it was valid. */
export interface Version {
  readonly value: Uint8Array
  readonly timestamp: number
  /** Undefined for the latest. */
  readonly validTo: number | undefined
}

/**
 * A versioned store of bytes (KIP-889, Java's RocksDBVersionedStore). Its own time is the latest put. A changelog record
 * is `record key` -> `value` with the version's time.
 */
export class VersionedBytesStore implements CheckpointedRows {
  readonly #options: VersionedStoreOptions
  readonly #latest: Rows
  readonly #past: SegmentedRows
  readonly #log: ChangelogWriter | undefined

  constructor(options: VersionedStoreOptions, spaces: RowSpaces) {
    this.#options = options
    this.#latest = spaces.open(`${options.name}/latest`)
    const { name, segmentMs, historyRetentionMs } = options
    // A version may be read until its end is older than the retention, not as old.
    const retentionMs = historyRetentionMs + 1
    this.#past = new SegmentedRows({ name, segmentMs, retentionMs, timeFirst: false }, spaces)
    this.#log = options.changelog && new ChangelogWriter(options.changelog)
  }

  /** @param value null deletes. @returns when the version ended, `validToUndefined`, or `notPut`. */
  put(key: Uint8Array, value: Uint8Array | null, timestamp: number): number {
    const validTo = this.#apply(key, value, timestamp)
    if (validTo === notPut) this.#options.expired?.()
    this.#logPut(key, value, timestamp, validTo)
    return validTo
  }

  /** @returns the version that was valid at `timestamp`. */
  delete(key: Uint8Array, timestamp: number): Version | undefined {
    const found = this.#isLate(timestamp) ? undefined : this.get(key, timestamp)
    this.put(key, null, timestamp)
    return found
  }

  /** @param asOf the latest version if not given. */
  get(key: Uint8Array, asOf?: number): Version | undefined {
    const row = this.#latest.get(key)
    if (row) {
      const latest = readTimestamped(row)
      if (asOf === undefined || latest.timestamp <= asOf) return { ...latest, validTo: undefined }
    }
    if (asOf === undefined || asOf < this.#past.time - this.#options.historyRetentionMs) return undefined
    const found = this.#pastVersions(key, asOf).find(
      (version) => version.timestamp <= asOf && asOf < version.validTo,
    )
    if (!found?.value) return undefined
    return { value: found.value, timestamp: found.timestamp, validTo: found.validTo }
  }

  /** Versions of a key that were valid at some time within both, by time; those that `get` finds. */
  history(key: Uint8Array, fromTime: number, toTime: number): Version[] {
    const from = Math.max(fromTime, this.#past.time - this.#options.historyRetentionMs)
    const versions: Version[] = this.#pastVersions(key, from).flatMap(({ value, timestamp, validTo }) =>
      value && timestamp <= toTime && validTo > from ? [{ value, timestamp, validTo }] : [],
    )
    const row = this.#latest.get(key)
    const latest = row && readTimestamped(row)
    if (latest && latest.timestamp <= toTime) versions.push({ ...latest, validTo: undefined })
    return versions
  }

  /** Latest versions, by key. */
  latest(options: RangeOptions): IterableIterator<Row> {
    return this.#latest.range(options)
  }

  /** All versions that are there, by key and time; some of them are too old for `get`. */
  *entries(): IterableIterator<Version & { readonly key: Uint8Array }> {
    for (const key of this.#keys()) {
      for (const { value, timestamp, validTo } of this.#versionsIn(this.#liveSegments(), key))
        if (value) yield { key, value, timestamp, validTo }
      const row = this.#latest.get(key)
      if (row) yield { key, ...readTimestamped(row), validTo: undefined }
    }
  }

  /** Applies a changelog record: a put that is not logged. */
  restore({ key, value, timestamp }: Pick<ChangelogRecord, 'key' | 'value' | 'timestamp'>): void {
    this.#apply(key, value && new Uint8Array(value), timestamp)
  }

  flush(): void {
    this.#log?.flush()
  }

  get memoryBytes(): number {
    return this.#latest.memoryBytes + this.#past.memoryBytes
  }

  get dirtyBytes(): number {
    return this.#latest.dirtyBytes + this.#past.dirtyBytes
  }

  snapshot(): readonly SpaceRows[] {
    const latest = this.#latest.snapshot()
    return [...(latest ? [latest] : []), ...this.#past.snapshot()]
  }

  acknowledge(): void {
    this.#latest.acknowledge()
    this.#past.acknowledge()
  }

  expire(): readonly string[] {
    return this.#past.expire()
  }

  #logPut(key: Uint8Array, value: Uint8Array | null, timestamp: number, validTo: number): void {
    // Java logs what it refuses; coalesced, that could take the place of what it took.
    if (validTo === notPut && this.#log?.mode !== 'each') return
    // The latest version may be replaced in place; anything else says something else when it is read earlier.
    const follows = validTo !== validToUndefined || value === null
    this.#log?.put(key, value, timestamp, { identity: versionKey(key, timestamp), follows })
  }

  #isLate(timestamp: number): boolean {
    return timestamp < this.#past.time - this.#options.historyRetentionMs
  }

  #apply(key: Uint8Array, value: Uint8Array | null, timestamp: number): number {
    if (this.#isLate(timestamp)) return notPut
    this.#past.advance(timestamp)
    const row = this.#latest.get(key)
    const latest = row && readTimestamped(row)
    if (latest && latest.timestamp <= timestamp) return this.#putLatest(key, value, timestamp, latest)
    const next = this.#nextAfter(key, timestamp) ?? latest?.timestamp
    return next === undefined
      ? this.#putLatest(key, value, timestamp, undefined)
      : this.#putPast(key, value, timestamp, next)
  }

  /** When the past version that is valid at a time ends, or the next one begins. */
  #nextAfter(key: Uint8Array, time: number): number | undefined {
    const versions = this.#pastVersions(key, time)
    const found = versions.find(({ timestamp, validTo }) => timestamp > time || validTo > time)
    return found && (found.timestamp > time ? found.timestamp : found.validTo)
  }

  /** @param before the latest version until now. */
  #putLatest(
    key: Uint8Array,
    value: Uint8Array | null,
    timestamp: number,
    before: { readonly value: Uint8Array; readonly timestamp: number } | undefined,
  ): number {
    if (before && before.timestamp < timestamp) this.#setPast(key, { ...before, validTo: timestamp })
    this.#latest.put(key, value && timestampedRow(value, timestamp))
    if (value) this.#past.put(timestamp, versionKey(key, timestamp), null)
    // As in Java, a deletion in place of the latest version is not remembered.
    else if (before?.timestamp !== timestamp)
      this.#setPast(key, { value: null, timestamp, validTo: timestamp })
    return validToUndefined
  }

  /** A version between others. */
  #putPast(key: Uint8Array, value: Uint8Array | null, timestamp: number, next: number): number {
    this.#shorten(key, timestamp)
    this.#removePast(key, timestamp)
    this.#setPast(key, { value, timestamp, validTo: next })
    return next
  }

  /** Of the version that was valid at `timestamp` and began before. */
  #shorten(key: Uint8Array, timestamp: number): void {
    for (const version of this.#pastVersions(key, timestamp)) {
      if (version.timestamp >= timestamp || version.validTo <= timestamp) continue
      this.#past.put(version.validTo, versionKey(key, version.timestamp), null)
      this.#setPast(key, { ...version, validTo: timestamp })
    }
  }

  #setPast(key: Uint8Array, version: PastVersion): void {
    this.#past.put(version.validTo, versionKey(key, version.timestamp), versionRow(version))
  }

  #removePast(key: Uint8Array, timestamp: number): void {
    for (const version of this.#pastVersions(key, timestamp))
      if (version.timestamp === timestamp) this.#past.put(version.validTo, versionKey(key, timestamp), null)
  }

  /** Versions and deletions that ended at `from` or later, by time. */
  #pastVersions(key: Uint8Array, from: number): PastVersion[] {
    const segments = this.#past.segmentIds(from, this.#past.time)
    return this.#versionsIn(segments, key).filter(({ validTo }) => validTo >= from)
  }

  #versionsIn(segments: readonly number[], key: Uint8Array): PastVersion[] {
    const range = { from: versionKey(key, 0), to: versionKey(key, Number.MAX_SAFE_INTEGER) }
    return segments
      .flatMap((segment) => Array.from(this.#past.range(segment, range), (row) => readVersion(...row)))
      .sort((a, b) => a.timestamp - b.timestamp)
  }

  #liveSegments(): readonly number[] {
    return this.#past.segmentIds(this.#past.time - this.#options.historyRetentionMs, this.#past.time)
  }

  /** All keys that have a version, each once. */
  #keys(): Uint8Array[] {
    const keys = new Set(Array.from(this.#latest.range(), ([key]) => bytesText(key)))
    for (const segment of this.#liveSegments())
      for (const [key] of this.#past.range(segment)) keys.add(bytesText(recordKeyOfVersion(key)))
    return [...keys].map(textBytes).sort(compareBytes)
  }
}
