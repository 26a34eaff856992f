import { type Endpoint, jsonAnswer, jsonResponse } from '../endpoint.ts'
import { jsonValue } from '../json-value.ts'
import { pathParameter, queryParameter } from '../parameter.ts'
import { notFound } from '../problem.ts'
import { isolation, keyDescription, stale } from '../read-parameters.ts'
import { Reading } from '../reading.ts'
import { ageMembers, ageSchema, anything, nullable, object, time } from '../schemas.ts'
import { requiredKey, storeOfKind, storeParameter } from '../store-of.ts'

export const version: Endpoint = {
  id: 'getVersion',
  method: 'GET',
  path: '/stores/{store}/versions/{key}',
  summary: 'The value of a key that holds now, or held at a time, of a versioned store',
  parameters: [
    storeParameter,
    pathParameter('key', keyDescription),
    queryParameter('asOf', 'the time', time),
    isolation,
    stale,
  ],
  answers: [
    jsonAnswer(
      'The key, its value, since when it holds, and until when (exclusive; null: still).',
      object(
        {
          key: anything,
          value: anything,
          timestamp: nullable('integer'),
          validTo: nullable('integer'),
          ...ageSchema,
        },
        ageMembers,
      ),
    ),
  ],
  problems: [404, 421, 502],
  examples: [
    {
      name: 'then',
      values: { store: 'prices', key: 'tea', asOf: '2024-01-05T10:00:30Z' },
      status: 200,
      body: { key: 'tea', value: 2.5, timestamp: 1_704_448_800_000, validTo: 1_704_448_860_000 },
    },
    {
      name: 'now',
      values: { store: 'prices', key: 'tea' },
      status: 200,
      body: { key: 'tea', value: 2.75, timestamp: 1_704_448_860_000, validTo: null },
    },
  ],
  async answer(call) {
    const store = storeOfKind(call, 'versioned')
    const key = requiredKey(call, store)
    const asOf = call.values.time('asOf')
    const reading = new Reading(call)
    const found = await call.served.queries.version(store.spec, key, asOf, reading.options)
    if (!found) throw notFound(`store '${store.name}' has no such key at that time`)
    const { value, timestamp, validTo } = found
    return jsonResponse({ key: jsonValue(key), value: jsonValue(value), timestamp, validTo, ...reading.age })
  },
}
