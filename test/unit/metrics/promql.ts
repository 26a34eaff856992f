import { parser } from '@prometheus-io/lezer-promql'

/** What a query asks of one metric. */
export interface PromqlSelector {
  readonly metric: string
  /** Labels it selects by, or sums by: the metric must have them. */
  readonly labels: readonly string[]
}

/** Reads a query with Prometheus' own grammar. @throws Error if it is none. */
export function promqlSelectors(query: string): readonly PromqlSelector[] {
  const tree = parser.parse(query)
  const metrics: string[] = []
  const labels: string[] = []
  tree.iterate({
    enter({ name, from, to, type }) {
      const text = query.slice(from, to)
      if (type.isError) throw new Error(`not PromQL at ${from}: ${query}`)
      if (name === 'Identifier') metrics.push(text)
      if (name === 'LabelName') labels.push(text)
    },
  })
  return metrics.map((metric) => ({ metric, labels }))
}
