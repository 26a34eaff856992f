import { StreamsError } from '../core/errors.ts'

export function unreadable(directory: string, error: unknown): StreamsError {
  if (StreamsError.is(error)) return error
  return new StreamsError('state-unreadable', `${directory}: ${messageOf(error)}`, {
    cause: error,
    details: { directory },
  })
}

/** ENOSPC, EDQUOT, EFBIG, MDB_MAP_FULL. */
const fullCodes: ReadonlySet<unknown> = new Set([28, 122, 27, -30792])

/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_PANIC, MDB_INVALID: what is there already is bad. */
const damagedCodes: ReadonlySet<unknown> = new Set([-30797, -30796, -30795, -30793])

/**
 * What a failed write means. A full disk has many names: a page written in part is EIO to LMDB, and lmdb-js tells the
 * last error of a transaction, which is MDB_BAD_TXN for every row after the one that failed; so the room left counts too.
 * @param bytes of the rows. @param freeBytes on the disk.
 */
export async function writeError(
  directory: string,
  error: unknown,
  bytes: number,
  freeBytes: number,
): Promise<StreamsError> {
  const cause = await commitError(error)
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const isFull = fullCodes.has(code) || (code !== undefined && freeBytes < bytes)
  if (StreamsError.is(cause)) return cause
  if (damagedCodes.has(code)) return unreadable(directory, cause)
  if (!isFull)
    return new StreamsError(
      'state-unwritable',
      `${directory}: rows could not be written: ${messageOf(cause)}`,
      {
        cause,
        details: { directory, bytes, freeBytes },
      },
    )
  return new StreamsError('state-full', `${directory}: the disk is full`, {
    cause,
    details: { directory, bytes, freeBytes },
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A failed `batch` rejects with an error that holds a promise that rejects with the cause. */
async function commitError(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error
  try {
    await error.commitError
    return error
  } catch (cause) {
    return cause
  }
}
