import type { Socket } from 'node:net'
import type { Api } from '../../src/protocol/codec.ts'
import { hasRequestTags, hasResponseTags, splitResponse } from '../../src/protocol/header.ts'
import { frameSplitter } from './frame-splitter.ts'

/** Requests that the proxy answers in place of the broker. */
export interface ArmedAnswer {
  readonly api: Api<unknown, unknown>
  /** How many more. */
  left: number
  response(request: unknown): unknown
}

export interface ArmedLoss {
  readonly api: Api<unknown, unknown>
  meets(response: unknown): boolean
  met(): void
}

/** What is done to all connections of a proxy; changed while they are open. */
export interface LinkFaults {
  delayMs: () => number
  readonly answers: Set<ArmedAnswer>
  readonly losses: Set<ArmedLoss>
}

/** Of a request's header. */
interface Asked {
  readonly apiKey: number
  readonly version: number
}

/** One connection through a proxy: frame by frame, so that it is known what each is. */
export class ProxyLink {
  readonly #client: Socket
  readonly #broker: Socket
  readonly #faults: LinkFaults
  readonly #asked = new Map<number, Asked>()
  #life: NodeJS.Timeout | undefined

  constructor(client: Socket, broker: Socket, faults: LinkFaults, onEnd: () => void) {
    this.#client = client
    this.#broker = broker
    this.#faults = faults
    const toBroker = this.#passage(broker)
    const toClient = this.#passage(client)
    client.on(
      'data',
      frameSplitter((frame) => this.#request(frame, toBroker, toClient)),
    )
    broker.on(
      'data',
      frameSplitter((frame) => this.#response(frame, toClient)),
    )
    for (const socket of [client, broker]) {
      socket.setNoDelay(true)
      socket.on('error', () => this.end())
      socket.on('close', () => {
        this.end()
        onEnd()
      })
    }
  }

  end(): void {
    clearTimeout(this.#life)
    this.#client.destroy()
    this.#broker.destroy()
  }

  endIn(ms: number): void {
    clearTimeout(this.#life)
    this.#life = setTimeout(() => this.end(), ms)
    this.#life.unref()
  }

  /** In order, each frame as late as the faults say when it comes. */
  #passage(to: Socket): (frame: Uint8Array) => void {
    const waiting: { readonly frame: Uint8Array; readonly at: number }[] = []
    let freeAt = 0
    const pass = (): void => {
      while (waiting.length > 0 && waiting[0]!.at <= performance.now()) {
        const { frame } = waiting.shift()!
        if (!to.destroyed) to.write(frame)
      }
      if (waiting.length > 0) setTimeout(pass, waiting[0]!.at - performance.now())
    }
    return (frame) => {
      const now = performance.now()
      freeAt = Math.max(freeAt, now + this.#faults.delayMs())
      if (waiting.length === 0 && freeAt <= now) to.write(frame)
      else if (waiting.push({ frame, at: freeAt }) === 1) setTimeout(pass, freeAt - now)
    }
  }

  #request(
    frame: Buffer,
    toBroker: (frame: Uint8Array) => void,
    toClient: (frame: Uint8Array) => void,
  ): void {
    const [apiKey, version] = [frame.readInt16BE(4), frame.readInt16BE(6)]
    const correlationId = frame.readInt32BE(8)
    for (const armed of this.#faults.answers) {
      if (armed.api.key !== apiKey || armed.left <= 0) continue
      armed.left--
      toClient(answerTo(frame, armed, version, correlationId))
      return
    }
    this.#asked.set(correlationId, { apiKey, version })
    toBroker(frame)
  }

  #response(frame: Buffer, toClient: (frame: Uint8Array) => void): void {
    const correlationId = frame.readInt32BE(4)
    const asked = this.#asked.get(correlationId)
    this.#asked.delete(correlationId)
    for (const loss of this.#faults.losses) {
      if (loss.api.key !== asked?.apiKey) continue
      const { body } = splitResponse(loss.api, asked.version, frame.subarray(4))
      if (!loss.meets(loss.api.decodeResponse(body, asked.version))) continue
      this.end()
      loss.met()
      return
    }
    toClient(frame)
  }
}

function answerTo(frame: Buffer, armed: ArmedAnswer, version: number, correlationId: number): Buffer {
  const clientIdBytes = Math.max(0, frame.readInt16BE(12))
  const bodyAt = 14 + clientIdBytes + (hasRequestTags(armed.api, version) ? 1 : 0)
  const request = armed.api.decodeRequest(frame.subarray(bodyAt), version)
  const body = armed.api.encodeResponse(armed.response(request), version)
  const header = Buffer.alloc(hasResponseTags(armed.api, version) ? 9 : 8)
  header.writeInt32BE(header.length - 4 + body.length, 0)
  header.writeInt32BE(correlationId, 4)
  return Buffer.concat([header, body])
}
