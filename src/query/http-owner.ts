import { Agent, type IncomingMessage, request } from 'node:http'
import { StreamsError } from '../core/errors.ts'
import { addressOf, type HostInfo, type RemoteCall, type RemoteOwner } from './remote-owner.ts'

export const queryPath = '/query/v1'
export const queryMediaType = 'application/octet-stream'

/** A page is cut at 256 KiB, but for its last row. */
const mostAnswerBytes = 16 * 2 ** 20

/** Asks other instances over HTTP, on connections that are kept. */
export class HttpOwner implements RemoteOwner {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16, keepAliveMsecs: 10_000 })
  readonly #token: string | undefined

  /** @param token shown as bearer token: that of this instance's own server, since all have the same. */
  constructor(token: string | undefined) {
    this.#token = token
  }

  ask(owner: HostInfo, question: Uint8Array, { timeoutMs, signal }: RemoteCall): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const limit = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)))
      const call = request({
        agent: this.#agent,
        host: owner.host,
        port: owner.port,
        method: 'POST',
        path: queryPath,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        headers: {
          'content-type': queryMediaType,
          'content-length': question.length,
          ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
        },
      })
      const failed = (cause: unknown): void => {
        reject(signal?.aborted ? signal.reason : unreachable(owner, cause))
      }
      call.on('error', failed)
      call.on('response', (response) => {
        answerOf(owner, response).then(resolve, (error: unknown) =>
          StreamsError.is(error) ? reject(error) : failed(error),
        )
      })
      call.end(question)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** What it answers anew soon: too many requests, a bad gateway, a service that starts or stops. */
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])

async function answerOf(owner: HostInfo, response: IncomingMessage): Promise<Uint8Array> {
  const { statusCode = 0, headers } = response
  if (statusCode !== 200 || headers['content-type'] !== queryMediaType) {
    response.resume()
    throw refusal(owner, statusCode)
  }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostAnswerBytes) {
      response.destroy()
      throw unreachable(owner, new Error(`its answer is larger than ${mostAnswerBytes} bytes`))
    }
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

function refusal(owner: HostInfo, status: number): StreamsError {
  const address = addressOf(owner)
  if (passing.has(status)) return unreachable(owner, new Error(`it answered with status ${status}`))
  const why =
    status === 401 || status === 403
      ? 'refuses this one: give all instances the same listen.auth.token'
      : `answers no questions of other instances at POST ${queryPath} (status ${status})`
  return new StreamsError('store-elsewhere', `${address} has the key, and ${why}`, {
    details: { owner: address, status },
  })
}

function unreachable(owner: HostInfo, cause: unknown): StreamsError {
  const address = addressOf(owner)
  const what = cause instanceof Error ? cause.message : String(cause)
  return new StreamsError('owner-unreachable', `${address}, which has the key, cannot be asked: ${what}`, {
    cause,
    details: { owner: address },
  })
}
