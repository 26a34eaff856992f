import { type Endpoint, jsonAnswer, jsonResponse } from '../endpoint.ts'
import type { Schema } from '../parameter.ts'
import { nullable, object, text, whole } from '../schemas.ts'
import type { ServedStore } from '../served.ts'
import { storeOf, storeParameter } from '../store-of.ts'

/** The serdes by name; times in ms. */
export function storeView({ name, table, spec, global }: ServedStore): object {
  return {
    name,
    table,
    kind: spec.kind,
    key: spec.keySerde.name,
    value: spec.valueSerde.name,
    global,
    ...('windowSizeMs' in spec && { windowSizeMs: spec.windowSizeMs }),
    ...('retentionMs' in spec && { retentionMs: spec.retentionMs }),
    ...('historyRetentionMs' in spec && { historyRetentionMs: spec.historyRetentionMs }),
  }
}

const times = { windowSizeMs: whole, retentionMs: whole, historyRetentionMs: whole }

export const storeSchema: Schema = object(
  {
    name: text,
    table: nullable('string'),
    kind: text,
    key: text,
    value: text,
    global: { type: 'boolean' },
    ...times,
  },
  Object.keys(times),
)

export const exampleStore = {
  name: 'balances-store',
  table: 'balances',
  kind: 'key-value',
  key: 'string',
  value: 'int64',
  global: false,
} as const

export const store: Endpoint = {
  id: 'getStore',
  method: 'GET',
  path: '/stores/{store}',
  summary: 'A store and its types',
  parameters: [storeParameter],
  answers: [jsonAnswer('The store.', storeSchema)],
  problems: [404],
  examples: [{ name: 'keyValue', values: { store: 'balances' }, status: 200, body: exampleStore }],
  answer: (call) => jsonResponse(storeView(storeOf(call))),
}
