import { type Endpoint, jsonAnswer, jsonResponse } from '../endpoint.ts'
import { openApiDocument } from '../openapi-document.ts'

/** Serves the description of these endpoints. */
export function openApi(described: readonly Endpoint[]): Endpoint {
  const endpoint: Endpoint = {
    id: 'getOpenApi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    parameters: [],
    answers: [jsonAnswer('OpenAPI 3.1.', { type: 'object' })],
    examples: [],
    answer: () => jsonResponse(openApiDocument([...described, endpoint])),
  }
  return endpoint
}
