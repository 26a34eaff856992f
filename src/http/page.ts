import type { Call } from './endpoint.ts'

const usualLimit = 100

/** How many entries a request wants. @throws Refusal 400 */
export function pageLimit({ values, limits }: Call): number {
  return values.count('limit', usualLimit, limits.results)
}

/** Entries as JSON, until the `limit` of the request or the bytes of an answer are reached. */
export interface Page {
  readonly entries: readonly unknown[]
  readonly more: boolean
  /** The first entry left out. */
  readonly next: unknown
}

/**
 * Takes entries until there are enough. Those are asked for no further, so that a whole store is never read for a page.
 * @param json what the answer has of an entry.
 */
export async function readPage<E>(
  call: Call,
  entries: AsyncIterable<E>,
  json: (entry: E) => unknown,
): Promise<Page & { readonly next: E | undefined }> {
  const limit = pageLimit(call)
  const taken: unknown[] = []
  let bytes = 0
  for await (const entry of entries) {
    const shown = json(entry)
    bytes += JSON.stringify(shown).length
    // One at least, however large: else its successors could not be reached.
    if (taken.length === limit || (taken.length > 0 && bytes > call.limits.responseBytes))
      return { entries: taken, more: true, next: entry }
    taken.push(shown)
  }
  return { entries: taken, more: false, next: undefined }
}
