import { metricCatalog } from '../../../src/metrics/catalog.ts'
import { prometheusName } from '../../../src/metrics/prometheus.ts'
import javaNames from './java-names.json' with { type: 'json' }
import { leftOut } from './left-out.ts'

/** A metric of Java Kafka Streams 4.3.1; RocksDB's own are not among them. */
export interface JavaMetric {
  readonly group: string
  readonly name: string
  readonly level: string
}

export const javaMetrics: readonly JavaMetric[] = Object.entries(javaNames).flatMap(([group, levels]) =>
  Object.entries(levels).flatMap(([level, names]) => names.map((name) => ({ group, name, level }))),
)

export function whyLeftOut({ group, name }: JavaMetric): string | undefined {
  return Object.entries(leftOut[group] ?? {}).find(([begin]) => name.startsWith(begin))?.[1]
}

const head = `# Metrics

\`app.metrics()\` gives them under Java's groups, names and tags; \`app.prometheus()\` gives the text that Prometheus
reads, which \`GET /metrics\` serves where \`listen\` is set. Both ask every stream thread, so what they say is of now.

| option | Java | default | |
|---|---|---|---|
| \`metricsRecordingLevel\` | \`metrics.recording.level\` | \`'info'\` | \`'debug'\` adds tasks, source nodes and calls of stores; \`'off'\` measures nothing |
| \`metricsSampleWindow\` | \`metrics.sample.window.ms\` | 30 s | length of one sample of rates, averages and maxima |
| \`metricsNumSamples\` | \`metrics.num.samples\` | 2 | how many samples they look at |

At \`info\` nothing is measured per record: tasks count stretches of up to 16,384 records, and what is counted anyway is read
when somebody asks. \`npm run bench metrics\` measures what it costs. What differs from Java:

- A commit is timed as a whole; Java divides by the number of tasks.
- End-to-end latency is that of the newest record of each stretch, at source nodes.
- Bytes of topics are those of record batches, uncompressed; Java adds up keys, values and headers.
- \`poll-records\` counts offsets, markers of transactions among them.
- Stores have the tag of their engine: \`lmdb-state-id\`, \`lmdb-window-state-id\`, \`in-memory-state-id\` ...; in
  Prometheus always \`state_id\`, with \`store_type\` beside it. Calls of stores are measured where records are taken one at a
  time; the kernel makes none.
- The hit ratio of caches is looked at once per stretch; Java does at each read.
- The lag is up to what was processed; Java's consumer counts up to what was fetched.

\`observeMetrics(app, meter)\` gives the same to OpenTelemetry.
[\`monitoring/alerts.yml\`](monitoring/alerts.yml) has alert rules, [\`monitoring/dashboard.json\`](monitoring/dashboard.json) a
dashboard for Grafana.
`

/** docs/metrics.md. */
export function metricsPage(): string {
  return `${head}\n${ownSection()}\n${Object.keys(javaNames).map(groupSection).join('\n')}`
}

function groupSection(group: string): string {
  const rows = javaMetrics
    .filter((metric) => metric.group === group)
    .map((metric) => {
      const facts = metricCatalog[group]?.[metric.name]
      const here = facts
        ? `${facts.type === 'text' ? 'text' : `\`${prometheusName(group, metric.name)}\``} | ${facts.help}`
        : `left out | ${whyLeftOut(metric)}`
      return `| \`${metric.name}\` | ${metric.level} | ${here} |`
    })
  return `## ${group}\n\n| Java's name | level | in Prometheus | |\n|---|---|---|---|\n${rows.join('\n')}\n`
}

function ownSection(): string {
  const rows = Object.entries(metricCatalog).flatMap(([group, metrics]) =>
    Object.entries(metrics).flatMap(([name, { ours, level, help }]) =>
      ours
        ? [`| \`${name}\` | \`${group}\` | ${level} | \`${prometheusName(group, name)}\` | ${help} |`]
        : [],
    ),
  )
  return `## What Java does not have\n\n| name | group | level | in Prometheus | |\n|---|---|---|---|---|\n${rows.join('\n')}\n`
}
