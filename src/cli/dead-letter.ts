import { utf8Text } from '../core/bytes.ts'
import type { Headers, RawRecord } from '../core/record.ts'

/** What the headers of a dead letter say of it (KIP-1034); undefined where they do not. */
export interface DeadLetterFacts {
  readonly exception: string | undefined
  readonly message: string | undefined
  /** Where it came from: the application's input. */
  readonly topic: string | undefined
  readonly partition: number | undefined
  readonly offset: number | undefined
}

const prefix = '__streams.errors.'

/** A letter that was sent back and failed again has the headers twice: the last ones count. */
export function factsOf({ headers }: RawRecord): DeadLetterFacts {
  const text = (name: string): string | undefined => {
    const value = headers.findLast(({ key }) => key === prefix + name)?.value
    return value ? utf8Text(value) : undefined
  }
  return {
    exception: text('exception'),
    message: text('message'),
    topic: text('topic'),
    partition: count(text('partition')),
    offset: count(text('offset')),
  }
}

/** The headers that the record came with. */
export function withoutFacts(headers: Headers): Headers {
  return headers.filter(({ key }) => !key.startsWith(prefix))
}

/** @returns undefined for -1, which says that nothing is known. */
function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
