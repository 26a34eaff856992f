import type { Socket } from 'node:net'
import { StreamsError } from '../../core/errors.ts'
import type { Clock } from '../../core/time/clock.ts'
import { apiVersions } from '../../protocol/api/api-versions.ts'
import { type Api, negotiate } from '../../protocol/codec.ts'
import { encodeRequestHeader, responseBody } from '../../protocol/header.ts'
import { FrameReader } from './frame-reader.ts'
import { createKafkajsConnection, type KafkajsConnection, type KafkajsVersions } from './kafkajs.ts'
import { type Address, addressName, type KafkaSettings } from './options.ts'
import { openSocket } from './socket.ts'
import { brokerUnreachable } from './unreachable.ts'

export interface SendOptions<Request> {
  /** The request in chunks that are written as they are. Default: the API's own encoding. */
  readonly encode?: (request: Request, version: number) => Uint8Array[]
  /** A buffer of exactly `size` bytes for the response. Default: a new one. */
  readonly allocate?: (size: number) => Uint8Array
  /** Time that the broker may hold the answer back; the request's own time is added. */
  readonly waitMs?: number
}

interface Pending {
  readonly name: string
  readonly deadline: number
  readonly allocate: ((size: number) => Uint8Array) | undefined
  readonly resolve: (rest: Uint8Array) => void
  readonly reject: (error: StreamsError) => void
}

/** No response is larger: Fetch asks for a few MiB, and the largest single batch that brokers take is far below. */
const maxResponseBytes = 256 * 1024 * 1024
const apiVersionsVersion = 3

/**
 * One connection to one broker. Requests are written at once and answered in their order; kafkajs makes the
 * connection and authenticates it. It is not used again after it was closed.
 */
export class Connection {
  readonly address: string
  readonly #settings: KafkaSettings
  readonly #clock: Clock
  readonly #kafkajs: KafkajsConnection
  readonly #versions = new Map<number, KafkajsVersions>()
  readonly #pending = new Map<number, Pending>()
  readonly #frames: FrameReader
  /** Requests that wait for SASL, in order. */
  #held: (() => void)[] | undefined
  #socket: Socket | undefined
  #connected = false
  #closedBy: StreamsError | undefined
  #onClosed: (() => void) | undefined
  #cancelSweep: (() => void) | undefined

  private constructor(address: Address, settings: KafkaSettings, clock: Clock) {
    this.address = addressName(address)
    this.#settings = settings
    this.#clock = clock
    this.#frames = new FrameReader(
      maxResponseBytes,
      (correlationId, size) => this.#allocate(correlationId, size),
      (correlationId, rest) => this.#answered(correlationId, rest),
    )
    this.#kafkajs = createKafkajsConnection({
      ...address,
      clientId: settings.clientId,
      ssl: settings.tls ?? null,
      sasl: settings.sasl ?? null,
      connectionTimeout: settings.connectionTimeoutMs,
      socketFactory: ({ host, port, onConnect }) => this.#open({ host, port }, onConnect),
    })
    this.#kafkajs.processData = (data) => this.#receive(data, data.length)
    this.#kafkajs.rejectRequests = (error) =>
      this.#fail(brokerUnreachable(this.address, this.#connected ? 'failed' : 'cannot be reached', error))
  }

  /** Connects, learns what the broker speaks, and authenticates. @throws StreamsError `broker-unreachable` */
  static async open(address: Address, settings: KafkaSettings, clock: Clock): Promise<Connection> {
    const connection = new Connection(address, settings, clock)
    const failed = new Promise<never>((_, reject) => {
      connection.#onClosed = () => reject(connection.#closedBy)
    })
    const cancel = clock.after(settings.connectionTimeoutMs, () => {
      connection.#fail(
        brokerUnreachable(connection.address, `did not answer within ${settings.connectionTimeoutMs} ms`),
      )
    })
    try {
      await Promise.race([connection.#establish(), failed])
      return connection
    } catch (error) {
      connection.close()
      throw error
    } finally {
      cancel()
      connection.#onClosed = undefined
    }
  }

  get closed(): boolean {
    return this.#closedBy !== undefined
  }

  /**
   * Sends a request in the highest version that both sides know. The request is encoded before this returns.
   * @throws StreamsError `broker-unreachable` when the connection ended first, `protocol-malformed`, `broker-unsupported`
   */
  async send<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    options: SendOptions<Request> = {},
  ): Promise<Response> {
    if (this.#closedBy) throw this.#closedBy
    const range = this.#versions.get(api.key)
    if (!range) throw notSpoken(this.address, api.name)
    return this.#sendAt(api, request, negotiate(api, range.minVersion, range.maxVersion), options)
  }

  /** @param reason what pending requests are rejected with */
  close(reason: StreamsError = brokerUnreachable(this.address, 'was disconnected from')): void {
    this.#fail(reason)
  }

  #open(address: Address, onConnect: () => void): Socket {
    const socket = openSocket({
      ...address,
      tls: this.#settings.tls,
      onConnect,
      onBytes: (bytes, length) => this.#receive(bytes, length),
    })
    socket.once('close', () => this.#fail(brokerUnreachable(this.address, 'closed the connection')))
    this.#socket = socket
    return socket
  }

  async #establish(): Promise<void> {
    try {
      await this.#kafkajs.connect()
      this.#connected = true
    } catch (cause) {
      throw this.#closedBy ?? brokerUnreachable(this.address, 'cannot be reached', cause)
    }
    const request = { clientSoftwareName: 'millrace', clientSoftwareVersion: '0.1' }
    const response = await this.#sendAt(apiVersions, request, apiVersionsVersion, {})
    if (response.errorCode !== 0) throw notSpoken(this.address, `ApiVersions v${apiVersionsVersion}`)
    for (const { apiKey, ...range } of response.apiKeys) this.#versions.set(apiKey, range)
    if (this.#settings.sasl) await this.#authenticate()
  }

  async #authenticate(): Promise<void> {
    this.#kafkajs.setVersions(Object.fromEntries(this.#versions))
    this.#kafkajs.setSupportAuthenticationProtocol(true)
    try {
      await this.#kafkajs.authenticate()
    } catch (cause) {
      throw this.#closedBy ?? brokerUnreachable(this.address, 'refused the SASL login', cause, false)
    }
  }

  async #sendAt<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    version: number,
    options: SendOptions<Request>,
  ): Promise<Response> {
    const body = options.encode?.(request, version) ?? [api.encodeRequest(request, version)]
    const correlationId = this.#kafkajs.nextCorrelationId()
    const header = encodeRequestHeader(api, version, correlationId, this.#settings.clientId)
    const rest = await new Promise<Uint8Array>((resolve, reject) => {
      const deadline = this.#clock.monotonic() + this.#settings.requestTimeoutMs + (options.waitMs ?? 0)
      this.#pending.set(correlationId, {
        name: api.name,
        deadline,
        allocate: options.allocate,
        resolve,
        reject,
      })
      this.#sweepLater()
      this.#write(header, body, api.key === apiVersions.key)
    })
    return api.decodeResponse(responseBody(api, version, rest), version)
  }

  /** While SASL is going on, nothing else may be sent: requests are held and follow in their order. */
  #write(header: Uint8Array, body: readonly Uint8Array[], beforeLogin: boolean): void {
    if (!this.#held && this.#settings.sasl && !beforeLogin && !this.#kafkajs.isAuthenticated()) {
      this.#held = []
      this.#authenticate().then(
        () => this.#release(),
        (error: StreamsError) => this.#fail(error),
      )
    }
    if (this.#held) this.#held.push(() => this.#writeFrame(header, body))
    else this.#writeFrame(header, body)
  }

  #release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const write of held) write()
  }

  /** Corked: one system call, and the batches are not copied. */
  #writeFrame(header: Uint8Array, body: readonly Uint8Array[]): void {
    const socket = this.#socket
    if (!socket || this.#closedBy) return
    let size = header.length
    for (const chunk of body) size += chunk.length
    const prefix = Buffer.allocUnsafe(4 + header.length)
    prefix.writeInt32BE(size, 0)
    prefix.set(header, 4)
    socket.cork()
    socket.write(prefix)
    for (const chunk of body) socket.write(chunk)
    socket.uncork()
  }

  #receive(bytes: Uint8Array, length: number): void {
    if (this.#closedBy) return
    try {
      this.#frames.receive(bytes, length)
    } catch (error) {
      this.#fail(error as StreamsError)
    }
  }

  #allocate(correlationId: number, size: number): Uint8Array {
    return this.#pending.get(correlationId)?.allocate?.(size) ?? Buffer.allocUnsafe(size)
  }

  #answered(correlationId: number, rest: Uint8Array): void {
    const pending = this.#pending.get(correlationId)
    if (pending) {
      this.#pending.delete(correlationId)
      pending.resolve(rest)
    } else {
      // A request of kafkajs itself.
      const payload = Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength)
      this.#kafkajs.requestQueue.fulfillRequest({ correlationId, size: rest.length + 4, payload })
    }
  }

  /** One timer a connection, and none while nothing is pending: requests are timed to about a second. */
  #sweepLater(): void {
    this.#cancelSweep ??= this.#clock.after(Math.min(1000, this.#settings.requestTimeoutMs), () => {
      this.#cancelSweep = undefined
      const now = this.#clock.monotonic()
      for (const { name, deadline } of this.#pending.values())
        if (deadline <= now) {
          this.#fail(brokerUnreachable(this.address, `did not answer ${name} in time`))
          return
        }
      if (this.#pending.size > 0) this.#sweepLater()
    })
  }

  #fail(error: StreamsError): void {
    if (this.#closedBy) return
    this.#closedBy = error
    this.#cancelSweep?.()
    // With an error kafkajs clears its timer, too.
    this.#socket?.destroy(error)
    this.#kafkajs.requestQueue.rejectAll(error)
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    for (const { reject } of pending) reject(error)
    this.#onClosed?.()
  }
}

function notSpoken(address: string, api: string): StreamsError {
  return new StreamsError('broker-unsupported', `broker ${address} does not speak ${api}`, {
    details: { address, api },
  })
}
