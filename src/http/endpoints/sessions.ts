import { type Call, type Endpoint, jsonAnswer, jsonResponse } from '../endpoint.ts'
import { readPage } from '../page.ts'
import { pathParameter, queryParameter } from '../parameter.ts'
import { fromTime, isolation, keyDescription, limit, reverse, stale, toTime } from '../read-parameters.ts'
import { Reading } from '../reading.ts'
import { anything, nullable, object, page, window } from '../schemas.ts'
import { requiredKey, storeOfKind, storeParameter } from '../store-of.ts'
import { timesOf, windowView } from './windows.ts'

const common = {
  method: 'GET',
  summary: 'The sessions of a key that touch a time range',
  answers: [
    jsonAnswer(
      'A page of sessions. Their end is inclusive.',
      page(object({ key: anything, window, value: anything, timestamp: nullable('integer') })),
    ),
  ],
  problems: [404, 421, 502],
  answer: answerSessions,
} as const

const times = [fromTime, toTime, reverse, limit, isolation, stale]

export const sessionsOfKey: Endpoint = {
  ...common,
  id: 'listSessionsOfKey',
  path: '/stores/{store}/sessions/{key}',
  parameters: [storeParameter, pathParameter('key', keyDescription), ...times],
  examples: [
    {
      name: 'all',
      values: { store: 'visits', key: 'alice' },
      status: 200,
      body: {
        entries: [
          {
            key: 'alice',
            window: { start: 1_704_448_800_000, end: 1_704_448_830_000 },
            value: 3,
            timestamp: null,
          },
        ],
        more: false,
      },
    },
  ],
}

/** For keys that cannot be part of a path. */
export const sessions: Endpoint = {
  ...common,
  id: 'listSessions',
  path: '/stores/{store}/sessions',
  parameters: [storeParameter, { ...queryParameter('key', keyDescription), required: true }, ...times],
  examples: [
    {
      name: 'none',
      values: { store: 'visits', key: '..', from: '1704448800000' },
      status: 200,
      body: { entries: [], more: false },
    },
  ],
}

async function answerSessions(call: Call): Promise<Response> {
  const store = storeOfKind(call, 'session')
  const key = requiredKey(call, store)
  const reading = new Reading(call)
  const found = call.served.queries.sessions(store.spec, key, timesOf(call), reading.pageOptions(call))
  const { next: _, ...shown } = await readPage(call, found, windowView)
  return jsonResponse({ ...shown, ...reading.age })
}
