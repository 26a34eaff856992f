import { type Call, type Endpoint, jsonAnswer, jsonResponse } from '../endpoint.ts'
import { jsonValue } from '../json-value.ts'
import { readPage } from '../page.ts'
import { pathParameter, queryParameter } from '../parameter.ts'
import { fromTime, isolation, keyDescription, limit, reverse, stale, toTime } from '../read-parameters.ts'
import { Reading } from '../reading.ts'
import { anything, nullable, object, page, window } from '../schemas.ts'
import type { FoundWindow } from '../served.ts'
import { keyOf, storeOfKind, storeParameter } from '../store-of.ts'

const common = {
  method: 'GET',
  answers: [
    jsonAnswer(
      'A page of windows.',
      page(object({ key: anything, window, value: anything, timestamp: nullable('integer') })),
    ),
  ],
  answer: answerWindows,
} as const

const times = [fromTime, toTime, reverse, limit, isolation, stale]

export const windowsOfKey: Endpoint = {
  ...common,
  id: 'listWindowsOfKey',
  path: '/stores/{store}/windows/{key}',
  summary: 'The windows of a key whose start is in a time range; one window if from and to are its start',
  parameters: [storeParameter, pathParameter('key', keyDescription), ...times],
  problems: [404, 421, 502],
  examples: [
    {
      name: 'oneWindow',
      values: { store: 'clicks', key: 'alice', from: '2024-01-05T10:00:00Z', to: '2024-01-05T10:00:00Z' },
      status: 200,
      body: {
        entries: [
          {
            key: 'alice',
            window: { start: 1_704_448_800_000, end: 1_704_449_100_000 },
            value: 42,
            timestamp: 1_704_448_860_000,
          },
        ],
        more: false,
      },
    },
  ],
}

export const windows: Endpoint = {
  ...common,
  id: 'listWindows',
  path: '/stores/{store}/windows',
  summary: 'The windows of all keys whose start is in a time range, on all instances; or of one key',
  description: 'If there are `more`, ask for a shorter time range.',
  parameters: [storeParameter, queryParameter('key', keyDescription), ...times],
  problems: [404, 502],
  examples: [
    {
      name: 'lastFirst',
      values: { store: 'clicks', from: '1704448800000', to: '1704449100000', reverse: 'true', limit: '1' },
      status: 200,
      body: {
        entries: [
          {
            key: 'alice',
            window: { start: 1_704_449_100_000, end: 1_704_449_400_000 },
            value: 7,
            timestamp: 1_704_449_160_000,
          },
        ],
        more: true,
      },
    },
  ],
}

async function answerWindows(call: Call): Promise<Response> {
  const store = storeOfKind(call, 'window')
  const key = keyOf(call, store, 'key')
  const reading = new Reading(call)
  const found = call.served.queries.windows(store.spec, key, timesOf(call), reading.pageOptions(call))
  const { next: _, ...shown } = await readPage(call, found, windowView)
  return jsonResponse({ ...shown, ...reading.age })
}

/** @throws Refusal 400 */
export function timesOf({ values }: Call): {
  readonly from?: number
  readonly to?: number
  readonly reverse: boolean
} {
  const from = values.time('from')
  const to = values.time('to')
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    reverse: values.flag('reverse'),
  }
}

export function windowView({ key, window: { start, end }, value, timestamp }: FoundWindow): object {
  return { key: jsonValue(key), window: { start, end }, value: jsonValue(value), timestamp }
}
