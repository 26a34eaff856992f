import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { endpoints } from '../../../src/http/endpoints/all.ts'
import { createHandler } from '../../../src/http/handler.ts'
import { exampleServed } from './example-served.ts'

interface Examples {
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

interface Operation {
  readonly operationId: string
  readonly parameters: readonly (Examples & { readonly name: string; readonly in: 'path' | 'query' })[]
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, Examples>> }>>
}

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const handler = createHandler({
  served: exampleServed,
  options: {},
  clock: new ManualClock(),
  logger: silentLogger,
})
const served = await handler(new Request('http://localhost/openapi.json'))
const document = (await served.json()) as Document

/** Every example that the document has of an answer, with the request that its parameters of the same name make. */
const examples = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.values(methods).flatMap(({ operationId, parameters, responses }) =>
    Object.entries(responses).flatMap(([status, { content }]) =>
      Object.entries(content).flatMap(([mediaType, { examples: named = {} }]) =>
        Object.entries(named).map(([name, { value }]) => ({
          title: `${operationId}: ${name}`,
          url: requestUrl(path, parameters, name),
          status: Number(status),
          mediaType,
          value,
        })),
      ),
    ),
  ),
)

function requestUrl(path: string, parameters: Operation['parameters'], example: string): string {
  const query = new URLSearchParams()
  let filled = path
  for (const { name, in: place, examples: named } of parameters) {
    const value = named?.[example]?.value
    if (value === undefined) continue
    if (place === 'query') query.set(name, String(value))
    else filled = filled.replace(`{${name}}`, encodeURIComponent(String(value)))
  }
  return `http://localhost${filled}?${query}`
}

test.each(examples)('$title', async ({ url, status, mediaType, value }) => {
  const response = await handler(new Request(url))
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toBe(mediaType)
  expect(mediaType.endsWith('json') ? await response.json() : await response.text()).toEqual(value)
})

test('every endpoint has an example, but for the bytes between instances and the document itself', () => {
  const without = endpoints.filter((one) => one.examples.length === 0).map(({ id }) => id)
  expect(without).toEqual(['answerInstance', 'getOpenApi'])
  expect(examples).toHaveLength(endpoints.flatMap((one) => one.examples).length)
})

test('the document has every endpoint, and each parameter of a path', () => {
  expect(document.openapi).toBe('3.1.0')
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  )
  expect(ids.toSorted()).toEqual(endpoints.map(({ id }) => id).toSorted())
  for (const { path, parameters } of endpoints) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(inPath)
  }
})

test('the document is valid by the schema of OpenAPI 3.1', async () => {
  const validator = new Validator()
  expect(await validator.validate({ ...document })).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
  const broken = { ...document, paths: { '/stores': { get: { parameters: [{ name: 'x' }] } } } }
  expect(await validator.validate(broken)).toMatchObject({ valid: false })
})
