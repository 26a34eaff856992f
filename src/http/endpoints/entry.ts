import { type Endpoint, jsonAnswer, jsonResponse } from '../endpoint.ts'
import { jsonValue } from '../json-value.ts'
import { pathParameter } from '../parameter.ts'
import { notFound } from '../problem.ts'
import { isolation, keyDescription, stale } from '../read-parameters.ts'
import { Reading } from '../reading.ts'
import { ageMembers, ageSchema, anything, nullable, object } from '../schemas.ts'
import { requiredKey, storeOfKind, storeParameter } from '../store-of.ts'

export const entry: Endpoint = {
  id: 'getEntry',
  method: 'GET',
  path: '/stores/{store}/entries/{key}',
  summary: 'The value of a key, of a key-value store',
  description:
    'A key that a URL changes (`.`, `..`) is asked for as `/stores/{store}/entries?from=..&to=..`.',
  parameters: [storeParameter, pathParameter('key', keyDescription), isolation, stale],
  answers: [
    jsonAnswer(
      'The key, its value and when it was written.',
      object({ key: anything, value: anything, timestamp: nullable('integer'), ...ageSchema }, ageMembers),
    ),
  ],
  problems: [404, 421, 502],
  examples: [
    {
      name: 'found',
      values: { store: 'balances', key: 'alice' },
      status: 200,
      body: { key: 'alice', value: '9007199254740993', timestamp: 1_704_448_800_000 },
    },
    {
      name: 'notFound',
      values: { store: 'balances', key: 'nobody' },
      status: 404,
      body: {
        type: 'urn:millrace:request-not-found',
        title: 'Not found',
        status: 404,
        detail: "store 'balances-store' has no such key",
        code: 'request-not-found',
      },
    },
  ],
  async answer(call) {
    const store = storeOfKind(call, 'key-value')
    const key = requiredKey(call, store)
    const reading = new Reading(call)
    const found = await call.served.queries.get(store.spec, key, reading.options)
    if (!found) throw notFound(`store '${store.name}' has no such key`)
    const { value, timestamp } = found
    return jsonResponse({ key: jsonValue(key), value: jsonValue(value), timestamp, ...reading.age })
  },
}
