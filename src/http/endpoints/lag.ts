import { type Endpoint, jsonAnswer, jsonResponse } from '../endpoint.ts'
import { arrayOf, object, text, whole } from '../schemas.ts'

export const lag: Endpoint = {
  id: 'listLags',
  method: 'GET',
  path: '/lag',
  summary: 'How far the stores of this instance are behind their changelogs, standbys among them',
  parameters: [],
  answers: [
    jsonAnswer(
      'Offsets: of the next record to take, and the end.',
      object({
        lags: arrayOf(
          object({
            store: text,
            partition: whole,
            active: { type: 'boolean' },
            position: whole,
            end: whole,
            lag: whole,
          }),
        ),
      }),
    ),
  ],
  examples: [
    {
      name: 'standbyBehind',
      values: {},
      status: 200,
      body: {
        lags: [
          { store: 'balances-store', partition: 0, active: true, position: 120, end: 120, lag: 0 },
          { store: 'balances-store', partition: 1, active: false, position: 80, end: 95, lag: 15 },
        ],
      },
    },
  ],
  answer: async ({ served }) => jsonResponse({ lags: await served.lags() }),
}
