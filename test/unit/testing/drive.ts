import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topology } from '../../../src/dsl/topology.ts'
import {
  TopologyTestDriver,
  type TopologyTestDriverOptions,
} from '../../../src/testing/topology-test-driver.ts'

/** A driver of what `build` builds. */
export function drive(
  build: (b: StreamsBuilder) => void,
  options: TopologyTestDriverOptions = {},
): TopologyTestDriver {
  const built = topology(import.meta.url, (b) => {
    build(b)
    return undefined
  })
  return new TopologyTestDriver(built, options)
}
