import type { StreamRecord } from '../core/record.ts'
import type { OperatorContext } from './context.ts'

/**
 * Whether a record can meet others at all: without a key it meets nobody, and without a value there is nothing to join
 * (Java's StreamStreamJoinUtil.skipRecord). If not, it counts as dropped.
 */
export function joinable(
  { key, value }: StreamRecord<unknown, unknown>,
  node: string,
  context: OperatorContext,
): boolean {
  if (key !== null && value !== null) return true
  context.dropped(node, key === null ? 'null-key' : 'null-value')
  return false
}
