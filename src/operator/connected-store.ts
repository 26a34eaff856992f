import { StreamsError } from '../core/errors.ts'
import type { StoreToken } from '../plan/processor-spec.ts'
import { readOnlyStore } from '../store/read-only-store.ts'
import type { OperatorContext } from './context.ts'

/** A node with functions of the user's, and the names of the stores they may use. */
export interface Connected {
  readonly node: string
  readonly stores: readonly string[]
}

/**
 * A store as a processor or transformer asks for it: any global one, to read, or one that is connected to its node.
 * @throws StreamsError `store-unknown`
 */
export function connectedStore<S>(
  context: OperatorContext,
  { node, stores }: Connected,
  store: Pick<StoreToken<S>, 'name'> | string,
): S {
  const name = typeof store === 'string' ? store : store.name
  const global = context.globalStore<S>(name)
  if (global) return readOnlyStore(name, global)
  if (stores.includes(name)) return context.store<S>(name)
  throw new StreamsError(
    'store-unknown',
    `store '${name}' is not connected to ${node}: name it where the processor is added`,
    { details: { node, store: name } },
  )
}
