import { isMainThread } from 'node:worker_threads'
import { string, topic, topology } from '../../../src/index.ts'

const words = { key: string, value: string }

/** What is built depends on something else than the args. */
export const unsteady = topology(
  import.meta.url,
  (b, { name }) => {
    const copied = b.stream(topic(`${name}-clicks`, words))
    const kept = isMainThread ? copied : copied.filter((_, value) => value !== '')
    kept.to(topic(`${name}-counts`, words))
    return undefined
  },
  { args: { name: 'unsteady' } },
)
