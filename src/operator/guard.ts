import { StreamsError } from '../core/errors.ts'

/**
 * Wraps a function of the user's so that what it throws names the node.
 * @throws StreamsError `processing`, also if it returns a promise: the types refuse that, but JavaScript does not.
 */
export function guard<Args extends readonly unknown[], Result>(
  node: string,
  run: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    let result: Result
    try {
      result = run(...args)
    } catch (cause) {
      // It happened at another node, which a processor forwarded to, and names that already.
      if (StreamsError.is(cause) && cause.details['node'] !== undefined) throw cause
      if (beginsAnew(cause)) throw cause
      throw new StreamsError('processing', `${node}: ${messageOf(cause)}`, { cause, details: { node } })
    }
    if (result instanceof Promise) {
      throw new StreamsError('processing', `${node}: the function returned a promise`, { details: { node } })
    }
    return result
  }
}

/** Not the fault of any function: a new start from the last commit mends it (Java's TaskMigrated- and TaskCorruptedException). */
export function beginsAnew(error: unknown): boolean {
  return StreamsError.is(error, 'transaction-aborted') || StreamsError.is(error, 'fenced')
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
