import { type AnswerSpec, type Call, type Endpoint, jsonResponse } from '../endpoint.ts'
import { arrayOf, object, text } from '../schemas.ts'

const schema = object(
  { status: { type: 'string', enum: ['up', 'down'] }, state: text, reasons: arrayOf(text) },
  ['state', 'reasons'],
)

function answers(up: string, down: string): readonly AnswerSpec[] {
  return [
    { status: 200, description: up, mediaTypes: ['application/json'], schema },
    { status: 503, description: down, mediaTypes: ['application/json'], schema },
  ]
}

const example = { name: 'up', values: {}, status: 200, body: { status: 'up', state: 'RUNNING', reasons: [] } }
const description =
  'Probes need no credentials; state and reasons are told to those who show some, if any are asked for.'

export const live: Endpoint = {
  id: 'isLive',
  method: 'GET',
  path: '/health/live',
  summary: 'Whether the process works; if not it is to be started anew',
  description,
  parameters: [],
  answers: answers('It does.', 'It does not.'),
  open: true,
  examples: [example],
  answer: (call) => report(call, 'live'),
}

export const ready: Endpoint = {
  id: 'isReady',
  method: 'GET',
  path: '/health/ready',
  summary: 'Whether it processes records and answers queries',
  description,
  parameters: [],
  answers: answers('It does.', 'It does not (yet).'),
  open: true,
  examples: [example],
  answer: (call) => report(call, 'ready'),
}

function report({ served, authorized }: Call, probe: 'live' | 'ready'): Response {
  const { state, ...checks } = served.health()
  const { ok, reasons } = checks[probe]
  return jsonResponse({ status: ok ? 'up' : 'down', ...(authorized && { state, reasons }) }, ok ? 200 : 503)
}
