import type { Clock } from '../core/time/clock.ts'
import { createHandler, type HttpHandler } from '../http/handler.ts'
import type { ListenOptions } from '../http/listen-options.ts'
import { type HttpAddress, HttpServer } from '../http/server.ts'
import { type ServedApplication, served } from './serve.ts'

export interface HttpServiceParts extends ServedApplication {
  readonly listen: ListenOptions | undefined
  readonly clock: Clock
}

/** The application's HTTP service: a handler at any time, a server from start to end if one is asked for. */
export class HttpService {
  readonly handler: HttpHandler
  readonly #parts: HttpServiceParts
  readonly #closing = new AbortController()
  #server: HttpServer | undefined

  constructor(parts: HttpServiceParts) {
    const { listen = {}, clock, options } = parts
    this.#parts = parts
    this.handler = createHandler({
      served: served(parts),
      options: listen,
      clock,
      logger: options.logger,
      closing: this.#closing.signal,
    })
  }

  get address(): HttpAddress | undefined {
    return this.#server?.address
  }

  /** @throws StreamsError `listen-failed` */
  async open(): Promise<void> {
    const { listen, clock } = this.#parts
    if (listen?.port === undefined) return
    const { port } = listen
    this.#server = await HttpServer.open({ handler: this.handler, options: { ...listen, port }, clock })
  }

  /** Event streams end at once, other answers under way in their time. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#server?.close()
    this.#server = undefined
  }
}
