import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { pageSize } from './lmdb.ts'

const magic = 0xbeefc0de
const dataVersion = 2
/** Positions in a meta page, of which pages 0 and 1 are one each (struct MDB_meta of lmdb-js 3.5.6). */
const meta = { magic: 24, version: 28, pageSize: 48, lastPage: 144, transaction: 152 } as const
const absurdPages = 2 ** 36

/**
 * Looks at an LMDB data file before LMDB does, which ends the process when the file's head is damaged or when it reads
 * a page past the file's end. Such pages may be missing rightly, if they are free: the file is made as long as it
 * says it is. A page in use that was lost then reads as damaged.
 * @throws Error saying what is wrong.
 */
export function checkLmdbFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    const { size } = fstatSync(file)
    if (size === 0) return
    const head = Buffer.alloc(2 * pageSize)
    if (readSync(file, head, 0, head.length, 0) < head.length) throw new Error('the data file is cut off')
    const length = pages(head) * pageSize
    if (size < length) ftruncateSync(file, length)
  } finally {
    closeSync(file)
  }
}

/** How many pages the last transaction left, from the newer of the two meta pages. */
function pages(head: Buffer): number {
  let newest = -1n
  let count = 0
  for (const at of [0, pageSize]) {
    if (head.readUInt32LE(at + meta.magic) !== magic || head.readUInt32LE(at + meta.version) !== dataVersion)
      throw new Error('the data file is not of LMDB')
    if (head.readUInt32LE(at + meta.pageSize) !== pageSize) throw new Error('the data file has other pages')
    const transaction = head.readBigUInt64LE(at + meta.transaction)
    if (transaction < newest) continue
    newest = transaction
    count = Number(head.readBigUInt64LE(at + meta.lastPage)) + 1
  }
  if (count > absurdPages) throw new Error('the data file has a damaged head')
  return count
}
