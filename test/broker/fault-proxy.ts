import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Api } from '../../src/protocol/codec.ts'
import { type ArmedAnswer, type LinkFaults, ProxyLink } from './proxy-link.ts'

/**
 * Stands between clients and a broker, and breaks what a test tells it to: the whole network, its speed, connections
 * at random, or a single response.
 */
export class FaultProxy {
  readonly #target: () => number
  readonly #server: Server
  readonly #links = new Set<ProxyLink>()
  readonly #faults: LinkFaults
  #cut = false
  #port = 0
  #lifeMs: (() => number) | undefined

  /** @param target the broker's port */
  constructor(target: () => number) {
    this.#target = target
    this.#faults = { delayMs: () => 0, answers: new Set(), losses: new Set() }
    this.#server = createServer((client) => this.#accept(client))
  }

  get port(): number {
    return this.#port
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Ends every connection, and each new one at once. */
  cut(): void {
    this.#cut = true
    for (const link of this.#links) link.end()
  }

  /** Everything passes again, at full speed. What is armed for single requests stays. */
  heal(): void {
    this.#cut = false
    this.#faults.delayMs = () => 0
    this.#lifeMs = undefined
  }

  /** @param delayMs of each request and each response, which stay in order */
  slow(delayMs: () => number): void {
    this.#faults.delayMs = delayMs
  }

  /** @param lifeMs after which a connection ends, whatever it is doing; of those that are open too */
  lossy(lifeMs: () => number): void {
    this.#lifeMs = lifeMs
    for (const link of this.#links) link.endIn(lifeMs())
  }

  /**
   * Keeps the next response of this API back that is good, and ends its connection: the broker has done its work, and
   * the client does not know. @returns when that has happened.
   */
  loseResponse<Request, Response>(
    api: Api<Request, Response>,
    isGood: (response: Response) => boolean,
  ): Promise<void> {
    return new Promise((resolve) => {
      const losses = this.#faults.losses
      const loss = {
        api: api as Api<unknown, unknown>,
        meets: (response: unknown): boolean => isGood(response as Response),
        met: (): void => {
          losses.delete(loss)
          resolve()
        },
      }
      losses.add(loss)
    })
  }

  /** Answers the next requests of this API itself; the broker does not see them. @returns how often it has so far, and a way to end it. */
  answer<Request, Response>(
    api: Api<Request, Response>,
    times: number,
    response: (request: Request) => Response,
  ): ArmedAnswer {
    const armed: ArmedAnswer = {
      api: api as Api<unknown, unknown>,
      left: times,
      response: (request) => response(request as Request),
    }
    this.#faults.answers.add(armed)
    return armed
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.end()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(client: Socket): void {
    if (this.#cut) {
      client.on('error', () => {})
      client.destroy()
      return
    }
    const broker = connect({ host: '127.0.0.1', port: this.#target() })
    const link = new ProxyLink(client, broker, this.#faults, () => this.#links.delete(link))
    this.#links.add(link)
    if (this.#lifeMs) link.endIn(this.#lifeMs())
  }
}
