import { silentLogger } from '../../../src/core/logger.ts'
import { type Clock, ManualClock } from '../../../src/core/time/clock.ts'
import { createHandler, type HandlerParts } from '../../../src/http/handler.ts'
import type { Served } from '../../../src/http/served.ts'
import { exampleServed } from './example-served.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; undefined if it is none. */
  readonly body: unknown
}

export type Ask = (path: string, init?: RequestInit) => Promise<Answer>

export interface AskOptions extends Partial<Omit<HandlerParts, 'served'>> {
  /** In place of the example's. */
  readonly served?: Partial<Served>
  readonly clock?: Clock
}

/** Asks a handler of the example. */
export function asking({ served, ...others }: AskOptions = {}): Ask {
  const handler = createHandler({
    served: { ...exampleServed, ...served },
    options: {},
    clock: new ManualClock(),
    logger: silentLogger,
    ...others,
  })
  return async (path, init) => answerOf(await handler(new Request(`http://localhost${path}`, init)))
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The same queries but for these. */
export function queriesWith(queries: Partial<Served['queries']>): Pick<Served, 'queries'> {
  return { queries: { ...exampleServed.queries, ...queries } }
}
