import { type Endpoint, jsonAnswer, jsonResponse } from '../endpoint.ts'
import { jsonValue } from '../json-value.ts'
import { readPage } from '../page.ts'
import { pathParameter } from '../parameter.ts'
import { fromTime, isolation, keyDescription, limit, reverse, stale, toTime } from '../read-parameters.ts'
import { Reading } from '../reading.ts'
import { anything, nullable, object, page } from '../schemas.ts'
import { requiredKey, storeOfKind, storeParameter } from '../store-of.ts'
import { timesOf } from './windows.ts'

export const history: Endpoint = {
  id: 'listVersions',
  method: 'GET',
  path: '/stores/{store}/versions/{key}/history',
  summary: 'The values of a key that held at some time of a range, of a versioned store',
  parameters: [
    storeParameter,
    pathParameter('key', keyDescription),
    fromTime,
    toTime,
    reverse,
    limit,
    isolation,
    stale,
  ],
  answers: [
    jsonAnswer(
      'A page of versions.',
      page(object({ value: anything, timestamp: nullable('integer'), validTo: nullable('integer') })),
    ),
  ],
  problems: [404, 421, 502],
  examples: [
    {
      name: 'all',
      values: { store: 'prices', key: 'tea' },
      status: 200,
      body: {
        entries: [
          { value: 2.5, timestamp: 1_704_448_800_000, validTo: 1_704_448_860_000 },
          { value: 2.75, timestamp: 1_704_448_860_000, validTo: null },
        ],
        more: false,
      },
    },
  ],
  async answer(call) {
    const store = storeOfKind(call, 'versioned')
    const key = requiredKey(call, store)
    const reading = new Reading(call)
    const found = call.served.queries.versions(store.spec, key, timesOf(call), reading.pageOptions(call))
    const { next: _, ...shown } = await readPage(call, found, ({ value, timestamp, validTo }) => ({
      value: jsonValue(value),
      timestamp,
      validTo,
    }))
    return jsonResponse({ ...shown, ...reading.age })
  },
}
