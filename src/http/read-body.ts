import { concatBytes } from '../core/bytes.ts'
import { Refusal } from './problem.ts'

/** The whole body, if it is no larger; of one that is, no more than that is kept. @throws Refusal 413 */
export async function readBody(request: Request, most: number): Promise<Uint8Array> {
  const tooLarge = new Refusal({
    status: 413,
    code: 'request-too-large',
    detail: `the body is larger than ${most} bytes`,
  })
  if (Number(request.headers.get('content-length') ?? 0) > most) throw tooLarge
  const chunks: Uint8Array[] = []
  let length = 0
  const body = request.body as AsyncIterable<Uint8Array> | null
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > most) throw tooLarge
    chunks.push(chunk)
  }
  return concatBytes(chunks)
}
