import { StreamsError } from '../core/errors.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { Call } from './endpoint.ts'
import { keyOfText } from './key-text.ts'
import { pathParameter } from './parameter.ts'
import { invalid } from './problem.ts'
import type { ServedStore } from './served.ts'

export const storeParameter: ReturnType<typeof pathParameter> = pathParameter(
  'store',
  "the store's name, or the name under which the topology returns its table",
)

/** The store that the path names. @throws StreamsError `store-unknown` */
export function storeOf({ served, values }: Call): ServedStore {
  const name = values.required('store')
  const { stores } = served
  const found = stores.find((one) => one.table === name) ?? stores.find((one) => one.name === name)
  if (found) return found
  throw new StreamsError('store-unknown', `no store '${name.slice(0, 100)}'; /stores lists those there are`)
}

const asked: Readonly<Record<string, string>> = {
  'key-value': 'entries',
  versioned: 'versions',
  window: 'windows',
  session: 'sessions',
}

/** The same, if it is of one of these kinds. @throws Refusal 400 that says where to ask instead */
export function storeOfKind(call: Call, ...kinds: readonly StoreSpec['kind'][]): ServedStore {
  const store = storeOf(call)
  const { kind } = store.spec
  if (kinds.includes(kind)) return store
  throw invalid(
    `store '${store.name}' is a ${kind} store: ask /stores/${store.name}/${asked[kind] ?? 'changes'}`,
  )
}

/** The key that a parameter says; undefined without one. @throws Refusal 400 */
export function keyOf({ values }: Call, { spec }: ServedStore, parameter: string): unknown {
  const text = values.text(parameter)
  return text === undefined ? undefined : keyOfText(spec.keySerde, text, parameter)
}

/** @throws Refusal 400 */
export function requiredKey({ values }: Call, { spec }: ServedStore): unknown {
  return keyOfText(spec.keySerde, values.required('key'), 'key')
}
