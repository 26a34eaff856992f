import { type Endpoint, jsonAnswer, jsonResponse } from '../endpoint.ts'
import { jsonValue } from '../json-value.ts'
import { textOfKey } from '../key-text.ts'
import { readPage } from '../page.ts'
import { queryParameter } from '../parameter.ts'
import { invalid } from '../problem.ts'
import { isolation, limit, reverse, stale } from '../read-parameters.ts'
import { Reading } from '../reading.ts'
import { anything, nullable, object, page } from '../schemas.ts'
import { keyOf, storeOfKind, storeParameter } from '../store-of.ts'

export const entries: Endpoint = {
  id: 'listEntries',
  method: 'GET',
  path: '/stores/{store}/entries',
  summary: 'The entries of a key-value store whose keys are in a range, on all instances',
  description:
    'In the order of the serialized keys. If there are `more`, `next` is the first key left out: the `from` of the next request, or its `to` in reverse.',
  parameters: [
    storeParameter,
    queryParameter('from', 'the first key, inclusive'),
    queryParameter('to', 'the last key, inclusive'),
    queryParameter('prefix', 'of keys, serialized; not with from, to or reverse'),
    reverse,
    limit,
    isolation,
    stale,
  ],
  answers: [
    jsonAnswer(
      'A page of entries.',
      page(object({ key: anything, value: anything, timestamp: nullable('integer') })),
    ),
  ],
  problems: [404, 502],
  examples: [
    {
      name: 'firstPage',
      values: { store: 'balances', from: 'alice', limit: '2' },
      status: 200,
      body: {
        entries: [
          { key: 'alice', value: '9007199254740993', timestamp: 1_704_448_800_000 },
          { key: 'bob', value: '-5', timestamp: 1_704_448_801_000 },
        ],
        more: true,
        next: 'carol',
      },
    },
    {
      name: 'lastPage',
      values: { store: 'balances', from: 'carol' },
      status: 200,
      body: { entries: [{ key: 'carol', value: '0', timestamp: 1_704_448_802_000 }], more: false },
    },
  ],
  async answer(call) {
    const store = storeOfKind(call, 'key-value')
    const range = {
      from: keyOf(call, store, 'from'),
      to: keyOf(call, store, 'to'),
      prefix: keyOf(call, store, 'prefix'),
      reverse: call.values.flag('reverse'),
    }
    if (range.prefix !== undefined && (range.from !== undefined || range.to !== undefined || range.reverse))
      throw invalid('prefix: cannot be given with from, to or reverse')
    const reading = new Reading(call)
    const found = call.served.queries.range(store.spec, range, reading.pageOptions(call))
    const { next, ...shown } = await readPage(call, found, ({ key, value, timestamp }) => ({
      key: jsonValue(key),
      value: jsonValue(value),
      timestamp,
    }))
    return jsonResponse({
      ...shown,
      ...reading.age,
      ...(next && { next: textOfKey(store.spec.keySerde, next.key) }),
    })
  },
}
