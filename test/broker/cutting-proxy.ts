import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/**
 * Forwards connections to a port and cuts them off in the middle of what comes back: the peer has done its work then,
 * and the answer is lost.
 */
export class CuttingProxy {
  /** Connections cut so far. */
  cuts = 0
  readonly #target: () => number
  readonly #budget: () => number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #closed = false

  /** @param budget bytes that the next connection may bring back; Infinity leaves it whole */
  constructor(target: () => number, budget: () => number) {
    this.#target = target
    this.#budget = budget
    this.#server = createServer((client) => this.#forward(client))
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #forward(client: Socket): void {
    if (this.#closed) {
      client.destroy()
      return
    }
    const broker = connect({ host: '127.0.0.1', port: this.#target() })
    const end = (): void => {
      client.destroy()
      broker.destroy()
    }
    for (const socket of [client, broker]) {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', end)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        end()
      })
    }
    client.on('data', (data) => broker.write(data))
    let left = this.#budget()
    broker.on('data', (data) => {
      client.write(data.subarray(0, Math.min(left, data.length)))
      left -= data.length
      if (left > 0) return
      this.cuts++
      client.end(end)
    })
  }
}
