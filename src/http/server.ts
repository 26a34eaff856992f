import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StreamsError } from '../core/errors.ts'
import type { Clock } from '../core/time/clock.ts'
import type { HttpHandler } from './handler.ts'
import { type ListenOptions, loopback, type ResolvedLimits, resolveLimits } from './listen-options.ts'
import { nodeListener } from './node-listener.ts'

export interface HttpServerParts {
  readonly handler: HttpHandler
  readonly options: ListenOptions & { readonly port: number }
  readonly clock: Clock
}

/** Where a server listens. */
export interface HttpAddress {
  readonly host: string
  readonly port: number
  readonly url: string
}

/** The handler behind a server of node:http. */
export class HttpServer {
  readonly address: HttpAddress
  readonly #server: Server
  readonly #clock: Clock
  readonly #limits: ResolvedLimits
  #closing = false

  private constructor(server: Server, host: string, clock: Clock, limits: ResolvedLimits) {
    const { port } = server.address() as AddressInfo
    this.address = { host, port, url: `http://${host.includes(':') ? `[${host}]` : host}:${port}` }
    this.#server = server
    this.#clock = clock
    this.#limits = limits
    server.on('request', (_, answer) => {
      answer.once('close', () => {
        if (this.#closing) server.closeIdleConnections()
      })
    })
  }

  /** @throws StreamsError `listen-failed` */
  static async open({ handler, options, clock }: HttpServerParts): Promise<HttpServer> {
    const { host = loopback, port } = options
    const limits = resolveLimits(options.limits)
    const listener = nodeListener(handler, { clock, readerTimeout: 2 * limits.readerTimeoutMs })
    const server = createServer(serverLimits(limits), listener)
    server.maxConnections = 4 * (limits.requests + limits.eventStreams)
    await listening(server, host, port)
    return new HttpServer(server, host, clock, limits)
  }

  /** Takes no more, waits for the answers under way, and closes what is left after the time of a request. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeIdleConnections()
    // Those that are answered from now on would be kept for a next request.
    this.#closing = true
    const cancel = this.#clock.after(this.#limits.requestTimeoutMs, () => this.#server.closeAllConnections())
    await closed
    cancel()
  }
}

/** How often node looks for requests that take too long to arrive, ms. */
const checkMs = 1000

function serverLimits({ headerBytes, requestTimeoutMs }: ResolvedLimits): object {
  return {
    maxHeaderSize: headerBytes,
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: checkMs,
    keepAlive: true,
  }
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void =>
      reject(new StreamsError('listen-failed', `listen: ${host}:${port}: ${cause.message}`, { cause }))
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      resolve()
    })
  })
}
