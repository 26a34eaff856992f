import { existsSync } from 'node:fs'
import { StreamsError } from '../core/errors.ts'
import { unknownBoot } from './boot-id.ts'
import type { ByteStore } from './byte-store.ts'
import {
  type Checkpoint,
  checkpointKey,
  checkpointSpace,
  decodeCheckpoint,
  type ExpectedStore,
  type Judgement,
  type JudgeOptions,
  judgeCheckpoint,
} from './checkpoint.ts'
import type { StateDirectory } from './state-directory.ts'
import type { StateOwner } from './state-owner.ts'
import { readUnclean } from './task-marks.ts'

export interface DiskStorage {
  readonly kind: 'disk'
  readonly directory: StateDirectory
  /** The LMDB file of one task may grow to this size. */
  readonly mapSizeBytes: number
}

export interface SetAside {
  readonly reason: string
  readonly movedTo: string
}

export interface OpenedStorage {
  readonly bytes: ByteStore
  /** Of the rows in `bytes`; undefined when there are none. */
  readonly checkpoint: Checkpoint | undefined
  readonly offsets: ReadonlyMap<string, number>
  /** State that was there and could not be used. */
  readonly setAside: SetAside | undefined
}

/** Opens a task's rows on disk; what cannot be used is set aside, and the task begins with none. */
export async function openDiskStorage(
  task: StateOwner,
  { directory, mapSizeBytes }: DiskStorage,
  expected: readonly ExpectedStore[],
  options: JudgeOptions,
): Promise<OpenedStorage> {
  const path = directory.taskDirectory(task)
  const openRows = (): ByteStore => directory.openRows(path, { mapSizeBytes })
  const found = await openUsable(path, openRows, expected, options)
  if ('bytes' in found) return { ...found, setAside: undefined }
  const movedTo = directory.setAside(task, found.reason)
  const bytes = openRows()
  return { bytes, checkpoint: undefined, offsets: new Map(), setAside: { reason: found.reason, movedTo } }
}

type Usable = Omit<OpenedStorage, 'setAside'> | { readonly reason: string }

async function openUsable(
  path: string,
  openRows: () => ByteStore,
  expected: readonly ExpectedStore[],
  options: JudgeOptions,
): Promise<Usable> {
  const boot = existsSync(path) ? readUnclean(path) : undefined
  if (boot !== undefined && (boot !== options.bootId || boot === unknownBoot))
    return { reason: 'the machine was started since, and the state was not closed cleanly' }
  let bytes: ByteStore | undefined
  try {
    bytes = openRows()
    if (bytes.spaces().length === 0) return { bytes, checkpoint: undefined, offsets: new Map() }
    const checkpoint = readCheckpoint(bytes)
    const judgement: Judgement = judgeCheckpoint(checkpoint, expected, options)
    if (judgement.use) return { bytes, checkpoint: checkpoint as Checkpoint, offsets: judgement.offsets }
    await bytes.close()
    return { reason: judgement.reason }
  } catch (error) {
    await bytes?.close()
    if (StreamsError.is(error, 'state-unreadable')) return { reason: error.message }
    throw error
  }
}

function readCheckpoint(bytes: ByteStore): Checkpoint | 'malformed' | undefined {
  const row = bytes.get(checkpointSpace, checkpointKey)
  return row && decodeCheckpoint(row)
}
