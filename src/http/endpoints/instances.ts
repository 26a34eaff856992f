import { type Endpoint, jsonAnswer, jsonResponse } from '../endpoint.ts'
import { arrayOf, nullable, object, partition, text } from '../schemas.ts'

export const instances: Endpoint = {
  id: 'listInstances',
  method: 'GET',
  path: '/instances',
  summary: 'The instances of the application, with their stores and input partitions',
  parameters: [],
  answers: [
    jsonAnswer(
      'As the last rebalance left them.',
      object({
        instances: arrayOf(
          object({
            address: nullable('string'),
            local: { type: 'boolean' },
            stores: arrayOf(text),
            partitions: arrayOf(partition),
            standbyStores: arrayOf(text),
            standbyPartitions: arrayOf(partition),
          }),
        ),
      }),
    ),
  ],
  examples: [
    {
      name: 'two',
      values: {},
      status: 200,
      body: {
        instances: [
          {
            address: '10.0.0.1:7070',
            local: true,
            stores: ['balances-store'],
            partitions: [{ topic: 'payments', partition: 0 }],
            standbyStores: ['balances-store'],
            standbyPartitions: [{ topic: 'payments', partition: 1 }],
          },
          {
            address: '10.0.0.2:7070',
            local: false,
            stores: ['balances-store'],
            partitions: [{ topic: 'payments', partition: 1 }],
            standbyStores: [],
            standbyPartitions: [],
          },
        ],
      },
    },
  ],
  answer: ({ served }) => jsonResponse({ instances: served.instances() }),
}
