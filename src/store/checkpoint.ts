import { utf8, utf8Text } from '../core/bytes.ts'
import { unknownBoot } from './boot-id.ts'

/** The space of the checkpoint's one row: no store has a slash in its name. */
export const checkpointSpace = '/checkpoint'
export const checkpointKey: Uint8Array = utf8('task')

const format = 1

export interface CheckpointedStore {
  /** The store's, or as of `partitionOfStore`. */
  readonly name: string
  readonly fingerprint: string
  readonly changelogTopic: string
  readonly changelogTopicId: string
  readonly changelogPartition: number
  /** Offset of the first changelog record that the rows do not hold. */
  readonly changelogOffset: number
}

/** Says what the rows of a task are, and is written in one transaction with them. */
export interface Checkpoint {
  readonly format: typeof format
  readonly stores: readonly CheckpointedStore[]
  /** Wall time of the last commit it covers, ms. */
  readonly committedAtMs: number
  /** When the machine was started since, what was not synced may be damaged. */
  readonly bootId: string
  /** Synced, and nothing was written since. */
  readonly clean: boolean
}

/** A global store is filled by all partitions of its topic: each is in the checkpoint under a name of its own. */
export function partitionOfStore(store: string, partition: number): string {
  return `${store}/${partition}`
}

/** The store that a name in a checkpoint, or that of a space, belongs to. */
export function storeOf(name: string): string {
  return name.split('/', 1)[0]!
}

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return utf8(JSON.stringify(checkpoint))
}

/** @returns 'malformed' for anything that is not a checkpoint of this format. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint | 'malformed' {
  let value: unknown
  try {
    value = JSON.parse(utf8Text(bytes))
  } catch {
    return 'malformed'
  }
  return isCheckpoint(value) ? value : 'malformed'
}

/** An object of which nothing is known but what its fields should be called. */
type Unchecked<T> = { readonly [field in keyof T]?: unknown }

function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== 'object' || value === null) return false
  const checkpoint: Unchecked<Checkpoint> = value
  return (
    checkpoint.format === format &&
    Number.isSafeInteger(checkpoint.committedAtMs) &&
    isText(checkpoint.bootId) &&
    typeof checkpoint.clean === 'boolean' &&
    Array.isArray(checkpoint.stores) &&
    checkpoint.stores.every(isStore)
  )
}

function isStore(value: unknown): value is CheckpointedStore {
  if (typeof value !== 'object' || value === null) return false
  const store: Unchecked<CheckpointedStore> = value
  return (
    isText(store.name) &&
    isText(store.fingerprint) &&
    isText(store.changelogTopic) &&
    isText(store.changelogTopicId) &&
    isCount(store.changelogPartition) &&
    isCount(store.changelogOffset)
  )
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** A store as it should be now. */
export interface ExpectedStore extends Omit<CheckpointedStore, 'changelogOffset'> {
  /** What the changelog still holds: a checkpoint from before or beyond it cannot be rolled forward. */
  readonly changelogStart: number
  readonly changelogEnd: number
}

export interface JudgeOptions {
  /** Wall time, ms. */
  readonly now: number
  readonly bootId: string
  /** The smallest `delete.retention.ms` of the changelogs: how long a compacted topic keeps tombstones. */
  readonly deleteRetentionMs: number
}

export type Judgement =
  /** By store name: the changelog offset to go on from. */
  | { readonly use: true; readonly offsets: ReadonlyMap<string, number> }
  | { readonly use: false; readonly reason: string }

/** The broker's default delete.retention.ms: how long a compacted topic keeps its tombstones. */
export const usualDeleteRetentionMs: number = 24 * 3_600_000

/** Part of `delete.retention.ms` given to the brokers' clocks and to the time that restoring takes. */
const retentionMargin = 0.1

/** Whether the rows under a checkpoint may be used, with their changelogs read from the offsets in it. */
export function judgeCheckpoint(
  checkpoint: Checkpoint | 'malformed' | undefined,
  expected: readonly ExpectedStore[],
  options: JudgeOptions,
): Judgement {
  if (checkpoint === undefined) return refuse('there is no checkpoint')
  if (checkpoint === 'malformed') return refuse('the checkpoint is damaged or of another format')
  const distrust = distrustOf(checkpoint, options)
  if (distrust) return refuse(distrust)
  const offsets = new Map<string, number>()
  for (const store of expected) {
    const known = checkpoint.stores.find(({ name }) => name === store.name)
    const difference = differenceOf(known, store)
    if (difference) return refuse(`store ${store.name}: ${difference}`)
    offsets.set(store.name, known!.changelogOffset)
  }
  return { use: true, offsets }
}

function refuse(reason: string): Judgement {
  return { use: false, reason }
}

function distrustOf({ clean, ...checkpoint }: Checkpoint, options: JudgeOptions): string | undefined {
  const sameBoot = checkpoint.bootId === options.bootId && options.bootId !== unknownBoot
  if (!clean && !sameBoot) return 'the machine was started since, and the state was not closed cleanly'
  const ageMs = options.now - checkpoint.committedAtMs
  const marginMs = options.deleteRetentionMs * retentionMargin
  if (ageMs > options.deleteRetentionMs - marginMs)
    return `the checkpoint is ${ageMs} ms old, and its changelog keeps tombstones for ${options.deleteRetentionMs} ms`
  if (ageMs < -marginMs)
    return `the checkpoint was written ${-ageMs} ms in the future: the clock was set back`
  return undefined
}

function differenceOf(known: CheckpointedStore | undefined, store: ExpectedStore): string | undefined {
  if (!known) return 'the checkpoint does not hold it'
  if (known.fingerprint !== store.fingerprint) return 'its rows mean something else now'
  if (known.changelogTopic !== store.changelogTopic || known.changelogPartition !== store.changelogPartition)
    return `its changelog was ${known.changelogTopic}-${known.changelogPartition}`
  if (known.changelogTopicId !== store.changelogTopicId)
    return `its changelog ${known.changelogTopic} was deleted and made again`
  const { changelogOffset } = known
  if (changelogOffset < store.changelogStart || changelogOffset > store.changelogEnd)
    return `its offset ${changelogOffset} is not in the changelog, which has ${store.changelogStart} to ${store.changelogEnd}`
  return undefined
}
