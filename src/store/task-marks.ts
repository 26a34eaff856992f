import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeDurably, writeDurably } from './durable-file.ts'

/*
 * Small files in a task's directory, read without opening LMDB:
 *
 *     unclean      boot id; there from before the first write that is not synced until after a clean close. LMDB must
 *                  not open what a power failure left behind: it has no page checksums and may end the process
 *     offset-sum   sum of the checkpoint's changelog offsets, for the assignor
 */
const unclean = 'unclean'
const offsetSum = 'offset-sum'

/** @returns the boot id under which the directory was written and not closed cleanly. */
export function readUnclean(directory: string): string | undefined {
  return read(join(directory, unclean))
}

export function markUnclean(directory: string, bootId: string): void {
  writeDurably(join(directory, unclean), bootId)
}

export function markClean(directory: string): void {
  removeDurably(join(directory, unclean))
}

export function readOffsetSum(directory: string): number | undefined {
  const sum = Number(read(join(directory, offsetSum)) ?? Number.NaN)
  return Number.isSafeInteger(sum) && sum >= 0 ? sum : undefined
}

export function writeOffsetSum(directory: string, sum: number): void {
  writeFileSync(join(directory, offsetSum), String(sum))
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
