import type { ValueTransformer } from '../../src/index.ts'
import type { ProcessorJson } from './case.ts'
import { compile } from './expressions.ts'
import { shownValue } from './values.ts'

interface CountStore {
  get(key: unknown): number | undefined
  put(key: unknown, count: number): void
}

/** What makes a transformer of a table's values for each task. */
export function transformerOf({
  type,
  store,
  value,
}: ProcessorJson): () => ValueTransformer<unknown, unknown, unknown> {
  switch (type) {
    case 'map': {
      const map = compile(value)
      return () => ({ transform: (before, key) => map({ k: key, v: before }) })
    }
    case 'counter':
      return () => countingTransformer(store!)
    default:
      throw new Error(`unknown transformer ${type}`)
  }
}

function countingTransformer(name: string): ValueTransformer<unknown, unknown, unknown> {
  let store: CountStore | undefined
  return {
    init: (context) => {
      store = context.store<CountStore>(name)
    },
    transform(value, key) {
      const count = (store!.get(key) ?? 0) + 1
      store!.put(key, count)
      return `${shownValue(value)}#${count}`
    },
  }
}
