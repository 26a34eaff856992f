import { StreamsError } from '../core/errors.ts'
import { checkName } from '../plan/naming.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { Serde } from '../serde/serde.ts'
import { type BuildContext, requireSerde } from './context.ts'
import { keyValueStoreSpec } from './materialized.ts'
import type { KeyValueStoreOptions } from './options.ts'

/**
 * Whether the user named the store, so that it is there whoever needs it.
 * @throws StreamsError `topology-invalid` if there is no name but there are to be versions, which nobody would keep.
 */
export function isNamed(
  call: string,
  options: KeyValueStoreOptions | undefined,
): options is KeyValueStoreOptions & { readonly name: string } {
  if (options?.versioned && options.name === undefined)
    throw new StreamsError('topology-invalid', `${call}: a versioned store needs a name`)
  return options?.name !== undefined
}

/** The store of a table computed from another: there is one only if it was given a name. */
export function derivedStore(
  context: BuildContext,
  call: string,
  options: KeyValueStoreOptions | undefined,
  serdes: {
    readonly keySerde: Serde<unknown> | undefined
    readonly valueSerde: Serde<unknown> | undefined
  },
): StoreSpec | undefined {
  if (!isNamed(call, options)) return undefined
  return keyValueStoreSpec(context, options, {
    call,
    name: checkName(options.name, `${call}: store name`),
    keySerde: requireSerde(context, serdes.keySerde, 'key', call, `give it as ${call}(..., { key: ... })`),
    valueSerde: requireSerde(
      context,
      serdes.valueSerde,
      'value',
      call,
      `give it as ${call}(..., { value: ... })`,
    ),
  })
}
