import { type Endpoint, jsonAnswer, jsonResponse } from '../endpoint.ts'
import { pathParameter } from '../parameter.ts'
import { keyDescription } from '../read-parameters.ts'
import { arrayOf, nullable, object, text, whole } from '../schemas.ts'
import { requiredKey, storeOf, storeParameter } from '../store-of.ts'

export const owner: Endpoint = {
  id: 'getKeyOwner',
  method: 'GET',
  path: '/stores/{store}/owners/{key}',
  summary: 'Which instance has a key, and which keep a copy',
  parameters: [storeParameter, pathParameter('key', keyDescription)],
  answers: [
    jsonAnswer(
      "The partition, and the instances' addresses: null for one without applicationServer.",
      object({
        partition: whole,
        active: nullable('string'),
        standbys: arrayOf(text),
        local: { type: 'boolean' },
      }),
    ),
  ],
  problems: [404],
  examples: [
    {
      name: 'elsewhere',
      values: { store: 'balances', key: 'alice' },
      status: 200,
      body: { partition: 1, active: '10.0.0.2:7070', standbys: ['10.0.0.1:7070'], local: false },
    },
  ],
  async answer(call) {
    const store = storeOf(call)
    return jsonResponse(await call.served.keyOwner(store.spec, requiredKey(call, store)))
  },
}
