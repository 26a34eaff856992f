import { string, type Topology, topic, topology } from '../../../src/index.ts'

const words = { key: string, value: string }

const copying = topology(
  import.meta.url,
  (b, { name }) => {
    b.stream(topic(`${name}-clicks`, words)).to(topic(`${name}-counts`, words))
    return undefined
  },
  { args: { name: 'not-exported' } },
)

/** What the module exports is a function. */
export function hiddenTopology(name: string): Topology {
  return copying.withArgs({ name })
}
