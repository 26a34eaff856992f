import { queryMediaType, queryPath } from '../../query/http-owner.ts'
import type { Endpoint } from '../endpoint.ts'
import { notFound } from '../problem.ts'
import { readBody } from '../read-body.ts'
import { anything } from '../schemas.ts'

/** What instances ask each other; the bytes are the business of `query/`. */
export const remoteQuery: Endpoint = {
  id: 'answerInstance',
  method: 'POST',
  path: queryPath,
  summary: 'Between instances of the application; not for anybody else',
  parameters: [],
  ofInstances: true,
  body: queryMediaType,
  answers: [{ status: 200, description: 'The answer.', mediaTypes: [queryMediaType], schema: anything }],
  problems: [404, 413],
  examples: [],
  async answer({ served, request, limits }) {
    if (!served.answerRemote) throw notFound('this application answers no other instance')
    const answer = await served.answerRemote(await readBody(request, limits.bodyBytes))
    const headers = { 'content-type': queryMediaType, 'content-length': String(answer.length) }
    return new Response(answer, { headers })
  },
}
