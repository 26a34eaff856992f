import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Connection } from '../../../src/client/kafka/connection.ts'
import { kafkaSettings } from '../../../src/client/kafka/options.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { apiVersions } from '../../../src/protocol/api/api-versions.ts'
import { type FindCoordinatorRequest, findCoordinator } from '../../../src/protocol/api/find-coordinator.ts'

const request: FindCoordinatorRequest = { key: 'group', keyType: 0 }
const answer = {
  throttleTimeMs: 0,
  errorCode: 0,
  errorMessage: null,
  nodeId: 1,
  host: 'somewhere',
  port: 9092,
}

/** Takes requests, and answers when it is told to. */
class FakeBroker {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #requests: { readonly apiKey: number; readonly correlationId: number; readonly socket: Socket }[] =
    []
  #arrived: (() => void) | undefined
  #received = Buffer.alloc(0)

  constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('data', (data) => this.#receive(socket, data))
    })
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.hangUp()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async request(): Promise<{
    readonly apiKey: number
    readonly correlationId: number
    readonly socket: Socket
  }> {
    for (;;) {
      const next = this.#requests.shift()
      if (next) return next
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
    }
  }

  /** Answers ApiVersions: FindCoordinator up to version 2. */
  async welcome(): Promise<void> {
    const { correlationId, socket } = await this.request()
    const apiKeys = [{ apiKey: findCoordinator.key, minVersion: 0, maxVersion: 2 }]
    const body = {
      errorCode: 0,
      apiKeys,
      throttleTimeMs: 0,
      supportedFeatures: [],
      finalizedFeaturesEpoch: -1,
    }
    const encoded = apiVersions.encodeResponse({ ...body, finalizedFeatures: [] }, 3)
    socket.write(frame(correlationId, encoded))
  }

  #receive(socket: Socket, data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data])
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0)
      if (this.#received.length < end) return
      const apiKey = this.#received.readInt16BE(4)
      const correlationId = this.#received.readInt32BE(8)
      this.#received = this.#received.subarray(end)
      this.#requests.push({ apiKey, correlationId, socket })
    }
    this.#arrived?.()
  }
}

function frame(correlationId: number, body: Uint8Array): Buffer {
  const prefix = Buffer.alloc(8)
  prefix.writeInt32BE(body.length + 4, 0)
  prefix.writeInt32BE(correlationId, 4)
  return Buffer.concat([prefix, body])
}

describe('a connection', () => {
  let broker: FakeBroker
  let port: number
  let clock: ManualClock

  beforeEach(async () => {
    broker = new FakeBroker()
    port = await broker.listen()
    clock = new ManualClock()
  })
  afterEach(() => broker.close())

  function opening(): Promise<Connection> {
    const settings = kafkaSettings({
      brokers: [`127.0.0.1:${port}`],
      clientId: 'test',
      requestTimeoutMs: 3000,
    })
    return Connection.open(settings.bootstrap[0]!, settings, clock)
  }

  async function open(): Promise<Connection> {
    const connection = opening()
    await broker.welcome()
    return connection
  }

  const unreachable = (text: string): unknown =>
    expect.objectContaining({ code: 'broker-unreachable', message: expect.stringContaining(text) })

  test('several requests at once, answered one by one, the first into a buffer of its own', async () => {
    const connection = await open()
    let allocated = 0
    const allocate = (size: number): Uint8Array => {
      allocated = size
      return new Uint8Array(size)
    }
    const first = connection.send(findCoordinator, request, { allocate })
    const second = connection.send(findCoordinator, request)
    for (const nodeId of [1, 2]) {
      const { correlationId, socket } = await broker.request()
      socket.write(frame(correlationId, findCoordinator.encodeResponse({ ...answer, nodeId }, 2)))
    }
    expect([(await first).nodeId, (await second).nodeId]).toEqual([1, 2])
    expect(allocated).toBe(findCoordinator.encodeResponse(answer, 2).length)
    connection.close()
  })

  test('that the broker ends rejects what is pending, and later requests', async () => {
    const connection = await open()
    const pending = connection.send(findCoordinator, request)
    await broker.request()
    broker.hangUp()
    await expect(pending).rejects.toEqual(unreachable(`127.0.0.1:${port}`))
    await expect(connection.send(findCoordinator, request)).rejects.toEqual(unreachable('127.0.0.1'))
    expect(connection.closed).toBe(true)
  })

  test('an unanswered request ends the connection', async () => {
    const connection = await open()
    const pending = connection.send(findCoordinator, request)
    const patient = connection.send(findCoordinator, request, { waitMs: 10_000 })
    await broker.request()
    clock.advance(2999)
    expect(connection.closed).toBe(false)
    clock.advance(1001)
    await expect(pending).rejects.toEqual(unreachable('did not answer FindCoordinator in time'))
    await expect(patient).rejects.toEqual(unreachable('FindCoordinator'))
  })

  test('a request that may wait is not late while it may', async () => {
    const connection = await open()
    const patient = connection.send(findCoordinator, request, { waitMs: 10_000 })
    const { correlationId, socket } = await broker.request()
    clock.advance(12_000)
    socket.write(frame(correlationId, findCoordinator.encodeResponse(answer, 2)))
    expect((await patient).host).toBe('somewhere')
    connection.close()
  })

  test('what is not the protocol is an error at once', async () => {
    const connection = opening()
    const { socket } = await broker.request()
    socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')
    await expect(connection).rejects.toMatchObject({ code: 'protocol-malformed' })
  })

  test('a response that is cut off is an error of its request', async () => {
    const connection = await open()
    const pending = connection.send(findCoordinator, request)
    const { correlationId, socket } = await broker.request()
    socket.write(frame(correlationId, findCoordinator.encodeResponse(answer, 2).subarray(0, 9)))
    await expect(pending).rejects.toMatchObject({ code: 'protocol-malformed' })
    connection.close()
  })

  test('a broker that does not know ApiVersions v3, or not what is asked', async () => {
    const old = opening()
    const { correlationId, socket } = await broker.request()
    socket.write(frame(correlationId, Buffer.from('002300000000', 'hex')))
    await expect(old).rejects.toMatchObject({ code: 'broker-unsupported' })
    const connection = await open()
    const metadata = { ...findCoordinator, key: 3, name: 'Metadata' }
    await expect(connection.send(metadata, request)).rejects.toMatchObject({ code: 'broker-unsupported' })
    connection.close()
  })

  test('that is never answered fails in time', async () => {
    const connection = opening()
    await broker.request()
    clock.advance(10_000)
    await expect(connection).rejects.toEqual(unreachable('did not answer'))
  })

  test('that nobody listens for', async () => {
    await broker.close()
    await expect(opening()).rejects.toEqual(unreachable('cannot be reached'))
    broker = new FakeBroker()
    await broker.listen()
  })
})
