import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { string } from '../../../src/serde/scalars.ts'

const words = topic('words', { key: string, value: string })

export const counting = topology(
  import.meta.url,
  (b) => {
    const counts = b
      .stream(words)
      .groupByKey()
      .count({ store: { name: 'counts' } })
    return { counts }
  },
  { handlers: { processingHandler: 'continue' } },
)

export const sizes = topology(
  import.meta.url,
  (b, { minutes }) => {
    const counts = b
      .stream(words)
      .groupByKey()
      .windowedBy(tumbling(`${minutes}m`))
      .count()
    return { counts }
  },
  { args: { minutes: 1 } },
)

/** Cannot be built with the args of the others. */
export const lengths = topology(
  import.meta.url,
  (b, { prefixes }) => {
    const [first] = prefixes
    b.stream(words)
      .filter((word) => word.startsWith(first!))
      .to(topic('prefixed', { key: string, value: string }))
    return undefined
  },
  { args: { prefixes: ['a'] } },
)

function longerThan(length: number): ReturnType<typeof topology> {
  return topology(import.meta.url, (b) => {
    b.stream(words)
      .filter((word) => word.length > length)
      .to(topic('long-words', { key: string, value: string }))
    return undefined
  })
}

/** They differ in nothing that can be seen from outside. */
export const fewer: ReturnType<typeof topology> = longerThan(8)
export const more: ReturnType<typeof topology> = longerThan(4)

/** Not one of those above. */
export const somethingElse = 'a topology? no'
