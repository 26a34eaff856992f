import { createHash, timingSafeEqual } from 'node:crypto'
import type { Logger } from '../core/logger.ts'
import { type AuthOptions, tokensOf } from './listen-options.ts'

/** Says whether a request may be answered. */
export class Auth {
  readonly #digests: readonly Buffer[]
  readonly #options: AuthOptions | undefined
  readonly #logger: Logger

  constructor(options: AuthOptions | undefined, logger: Logger) {
    this.#digests = tokensOf(options).map(digest)
    this.#options = options
    this.#logger = logger
  }

  async allows(request: Request): Promise<boolean> {
    if (this.#options === undefined) return true
    return this.#hasToken(request) || (await this.#isAuthorized(request))
  }

  /** Digests are compared, all of them and each to its end, so that the time taken tells nothing of a token. */
  #hasToken(request: Request): boolean {
    const given = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    if (given === undefined) return false
    const ofGiven = digest(given)
    return this.#digests.filter((one) => timingSafeEqual(one, ofGiven)).length > 0
  }

  async #isAuthorized(request: Request): Promise<boolean> {
    try {
      return (await this.#options?.authorize?.(request)) === true
    } catch (err) {
      this.#logger.error({ err }, 'listen: auth: authorize failed: the request is refused')
      return false
    }
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
