import { StreamsError } from '../core/errors.ts'
import type { KeyValuePair } from '../plan/node.ts'

/** @throws StreamsError `processing` if a function returned something else. */
export function checkPair(node: string, pair: KeyValuePair): KeyValuePair {
  if (Array.isArray(pair) && pair.length === 2) return pair
  throw new StreamsError('processing', `${node}: the function returned no pair of key and value`, {
    details: { node },
  })
}

/** @throws StreamsError `processing` if a function returned something else. */
export function checkIterable<T>(node: string, results: Iterable<T>): Iterable<T> {
  if (typeof results === 'object' && results !== null && Symbol.iterator in results) return results
  throw new StreamsError('processing', `${node}: the function returned no list`, { details: { node } })
}
