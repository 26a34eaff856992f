/**
 * Each item of `source` through `map`; ending it ends the source. Not a generator: those do not end their source when
 * they are ended before the first item.
 */
export function mapIterator<A, B>(source: Iterator<A>, map: (item: A) => B): IterableIterator<B> {
  return iteratorOf(
    () => {
      const item = source.next()
      return item.done ? finished : { done: false, value: map(item.value) }
    },
    () => source.return?.(),
  )
}

/** What `map` makes of each item of `source`, one after the other; ending it ends the source. */
export function flatMapIterator<A, B>(
  source: Iterator<A>,
  map: (item: A) => Iterable<B>,
): IterableIterator<B> {
  let current: Iterator<B> = [][Symbol.iterator]()
  return iteratorOf(
    () => {
      for (;;) {
        const item = current.next()
        if (!item.done) return item
        const next = source.next()
        if (next.done) return finished
        current = map(next.value)[Symbol.iterator]()
      }
    },
    () => {
      current = [][Symbol.iterator]()
      source.return?.()
    },
  )
}

/** The items that pass; ending it ends the source. */
export function filterIterator<A>(source: Iterator<A>, passes: (item: A) => boolean): IterableIterator<A> {
  return iteratorOf(
    () => {
      for (;;) {
        const item = source.next()
        if (item.done) return finished
        if (passes(item.value)) return item
      }
    },
    () => source.return?.(),
  )
}

/** One source after the other; ending it ends all. */
export function concatIterators<A>(sources: readonly Iterator<A>[]): IterableIterator<A> {
  let at = 0
  return iteratorOf(
    () => {
      for (; at < sources.length; at++) {
        const item = sources[at]!.next()
        if (!item.done) return item
      }
      return finished
    },
    () => {
      for (; at < sources.length; at++) sources[at]!.return?.()
    },
  )
}

/** One for all: there is nothing to take from it. */
export const nothing: IterableIterator<never> = [][Symbol.iterator]()

export const finished: IteratorReturnResult<undefined> = { done: true, value: undefined }

function iteratorOf<A>(next: () => IteratorResult<A>, end: () => void): IterableIterator<A> {
  return {
    next,
    return() {
      end()
      return finished
    },
    [Symbol.iterator]() {
      return this
    },
  }
}
