import { type Endpoint, jsonAnswer, jsonResponse } from '../endpoint.ts'
import { arrayOf, object } from '../schemas.ts'
import { exampleStore, storeSchema, storeView } from './store.ts'

export const stores: Endpoint = {
  id: 'listStores',
  method: 'GET',
  path: '/stores',
  summary: 'The stores that can be asked, and their types',
  parameters: [],
  answers: [jsonAnswer('All of them.', object({ stores: arrayOf(storeSchema) }))],
  examples: [
    {
      name: 'all',
      values: {},
      status: 200,
      body: {
        stores: [
          exampleStore,
          {
            name: 'clicks-store',
            table: 'clicks',
            kind: 'window',
            key: 'string',
            value: 'long',
            global: false,
            windowSizeMs: 300_000,
            retentionMs: 3_600_000,
          },
          {
            name: 'visits-store',
            table: 'visits',
            kind: 'session',
            key: 'string',
            value: 'long',
            global: false,
            retentionMs: 3_600_000,
          },
          {
            name: 'prices-store',
            table: 'prices',
            kind: 'versioned',
            key: 'string',
            value: 'float64',
            global: false,
            historyRetentionMs: 86_400_000,
          },
        ],
      },
    },
  ],
  answer: ({ served }) => jsonResponse({ stores: served.stores.map(storeView) }),
}
