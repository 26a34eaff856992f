import { topic } from '../../../src/dsl/topic.ts'
import { field } from '../../../src/expr/build.ts'
import { json } from '../../../src/serde/json.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { timeWindowed } from '../../../src/serde/windowed.ts'

export interface Click {
  readonly userId: string
  readonly url: string
  readonly timestamp: number
}

export const text = topic('in', { key: string, value: string })
export const counts = topic('out', { key: string, value: long })
export const windowedCounts = topic('out', { key: timeWindowed(string, 10), value: long })
export const userClicks = topic('user-clicks', {
  key: string,
  value: json<Click>(),
  timestamp: field('timestamp').seconds(),
})
export const aggregatedClicks = topic('aggregated-clicks', { key: string, value: long })
