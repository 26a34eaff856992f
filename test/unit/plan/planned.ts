import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import type { Optimization } from '../../../src/plan/optimize.ts'
import type { Plan } from '../../../src/plan/plan.ts'

export function planned(
  optimize: 'all' | readonly Optimization[],
  build: (builder: StreamsBuilder) => void,
): Plan {
  const builder = new StreamsBuilder({ optimize })
  build(builder)
  return builder.build()
}
