import type { ChangeFeed, StoreChange } from '../../query/store-changes.ts'
import type { Endpoint } from '../endpoint.ts'
import { eventStream } from '../event-stream.ts'
import { jsonValue } from '../json-value.ts'
import { queryParameter } from '../parameter.ts'
import { Positions } from '../positions.ts'
import { keyDescription } from '../read-parameters.ts'
import { text } from '../schemas.ts'
import { keyOf, storeOf, storeParameter } from '../store-of.ts'

export const changes: Endpoint = {
  id: 'followChanges',
  method: 'GET',
  path: '/stores/{store}/changes',
  summary: 'The changes of a store, or of one key, as server-sent events; from all instances',
  description: [
    'A change is told once its transaction is committed: what is told is never taken back, and nobody learns of it before',
    "the output topics' readers do. It is the store's changelog: several updates of a key between two commits are one",
    "change, unless its changelog option is 'each'. Events: `begin`, once, with the position; `change` with",
    '`{ key, value, timestamp }` and `window` where there is one (value null: deleted); `cut-off` if the reader was too',
    'slow, and the stream then ends; `failed` with a problem if it cannot go on. `Last-Event-ID` (browsers send it by',
    'themselves) goes on behind that event: the changelog remembers.',
  ].join(' '),
  parameters: [
    storeParameter,
    queryParameter('key', `${keyDescription}; without it, of all keys`),
    queryParameter('after', 'the id of an event, for those who cannot send the header Last-Event-ID'),
  ],
  answers: [{ status: 200, description: 'Events.', mediaTypes: ['text/event-stream'], schema: text }],
  problems: [404],
  streams: true,
  examples: [
    {
      name: 'ofOneKey',
      values: { store: 'balances', key: 'alice', after: '0:3' },
      status: 200,
      body: [
        'id: 0:3',
        'event: begin',
        'data: {}',
        '',
        'id: 0:4',
        'event: change',
        'data: {"key":"alice","value":"9007199254740993","timestamp":1704448800000}',
        '',
        'id: 0:6',
        'event: change',
        'data: {"key":"alice","value":null,"timestamp":1704448900000}',
        '',
        '',
      ].join('\n'),
    },
  ],
  async answer(call) {
    const { served, values, request, limits, clock, signal } = call
    const store = storeOf(call)
    const after = values.text('after') ?? request.headers.get('last-event-id') ?? ''
    const from = { key: keyOf(call, store, 'key'), positions: Positions.parse(after).all, signal }
    const feed = await served.changes(store.spec, from)
    return eventStream(events(feed), { readerTimeoutMs: limits.readerTimeoutMs, clock, signal })
  },
}

async function* events(feed: ChangeFeed): AsyncGenerator<{ id: string; event: string; data: object }> {
  const positions = new Positions(feed.positions)
  yield { id: positions.text, event: 'begin', data: {} }
  for await (const change of feed) {
    positions.set(change.partition, change.nextOffset)
    yield { id: positions.text, event: 'change', data: changeView(change) }
  }
}

function changeView({ key, window, value, timestamp }: StoreChange): object {
  return { key: jsonValue(key), ...(window && { window }), value: jsonValue(value), timestamp }
}
