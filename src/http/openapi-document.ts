import type { AnswerSpec, Endpoint, Example } from './endpoint.ts'
import type { Parameter } from './parameter.ts'
import { object, text, whole } from './schemas.ts'

/** The OpenAPI 3.1 description of these endpoints. Examples of parameters and answers belong together by name. */
export function openApiDocument(endpoints: readonly Endpoint[]): object {
  const paths = new Map<string, object>()
  for (const endpoint of endpoints)
    paths.set(endpoint.path, {
      ...paths.get(endpoint.path),
      [endpoint.method.toLowerCase()]: operation(endpoint),
    })
  return {
    openapi: '3.1.0',
    info: {
      title: 'Millrace',
      version: '1',
      description:
        'Stores, health, metrics and topology of a stream processing application. int64 values are text, bytes are base64, a Windowed key is { key, window: { start, end } }; times are ms since the epoch. Problems are RFC 9457.',
    },
    security: [{ bearer: [] }, {}],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Problem: object(
          { type: text, title: text, status: whole, detail: text, code: text, details: { type: 'object' } },
          ['details'],
        ),
      },
    },
  }
}

const problemType = 'application/problem+json'

function operation(endpoint: Endpoint): object {
  const { id, summary, description, parameters, body, answers, examples, open } = endpoint
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    ...(open === true && { security: [] }),
    parameters: parameters.map((one) => parameter(one, examples)),
    ...(body !== undefined && { requestBody: { required: true, content: { [body]: {} } } }),
    responses: {
      ...Object.fromEntries(
        problemStatuses(endpoint).map((status) => [status, problemAnswer(status, examples)]),
      ),
      ...Object.fromEntries(answers.map((one) => [one.status, answer(one, examples)])),
    },
  }
}

function parameter(
  { name, in: place, description, schema, required }: Parameter,
  examples: readonly Example[],
): object {
  const own = examples.flatMap(({ name: example, values }) =>
    values[name] === undefined ? [] : [[example, { value: values[name] }] as const],
  )
  return {
    name,
    in: place,
    description,
    required: place === 'path' || required === true,
    schema,
    ...(own.length > 0 && { examples: Object.fromEntries(own) }),
  }
}

function answer(
  { status, description, mediaTypes, schema }: AnswerSpec,
  examples: readonly Example[],
): object {
  const content = mediaTypes.map((mediaType) => {
    const isJson = mediaType === 'application/json'
    const own = examples.filter((one) => one.status === status && (typeof one.body !== 'string') === isJson)
    return [mediaType, { schema: isJson ? schema : text, ...named(own) }] as const
  })
  return { description, content: Object.fromEntries(content) }
}

function problemAnswer(status: number, examples: readonly Example[]): object {
  const own = examples.filter((one) => one.status === status)
  const schema = { $ref: '#/components/schemas/Problem' }
  return { description: 'A problem; code says which.', content: { [problemType]: { schema, ...named(own) } } }
}

function named(examples: readonly Example[]): object {
  if (examples.length === 0) return {}
  return { examples: Object.fromEntries(examples.map(({ name, body }) => [name, { value: body }])) }
}

function problemStatuses({ open, problems = [] }: Endpoint): readonly number[] {
  return [400, ...(open === true ? [] : [401]), ...problems, 429, 500, 503].sort((a, b) => a - b)
}
