import { StreamsError } from '../core/errors.ts'
import { describeMetric } from './catalog.ts'
import type { Metric, MetricTags } from './metric.ts'

/** What a name begins with, by group. Those of the application and its threads have no level in their names. */
const prefixes: Readonly<Record<string, string>> = {
  'stream-metrics': 'kafka_streams_',
  'stream-thread-metrics': 'kafka_streams_',
  'stream-task-metrics': 'kafka_streams_task_',
  'stream-processor-node-metrics': 'kafka_streams_processor_node_',
  'stream-topic-metrics': 'kafka_streams_topic_',
  'stream-state-metrics': 'kafka_streams_state_',
  'stream-record-cache-metrics': 'kafka_streams_record_cache_',
  'consumer-fetch-manager-metrics': 'kafka_consumer_fetch_manager_',
  'millrace-metrics': 'millrace_',
}

/** Texts worth a label: each is a metric of value 1. */
const shownTexts: ReadonlySet<string> = new Set(['stream-metrics version', 'stream-metrics application-id'])

/** A name as Prometheus has it. @throws StreamsError `internal` for a group without names. */
export function prometheusName(group: string, name: string): string {
  const prefix = prefixes[group]
  if (prefix === undefined) throw new StreamsError('internal', `group ${group} has no names in Prometheus`)
  return prefix + underscored(name)
}

/** Prometheus' text format, version 0.0.4. Metrics of one name stand together, in the order of names. */
export function prometheusText(metrics: readonly Metric[]): string {
  const families = new Map<string, Metric[]>()
  for (const metric of metrics) {
    const { group, name, value } = metric
    if (typeof value === 'string' && !shownTexts.has(`${group} ${name}`)) continue
    const family = prometheusName(group, name) + (typeof value === 'string' ? '_info' : '')
    const members = families.get(family) ?? []
    families.set(family, members)
    members.push(metric)
  }
  return [...families.keys()]
    .sort()
    .map((family) => familyText(family, families.get(family)!))
    .join('')
}

function familyText(family: string, members: readonly Metric[]): string {
  const { group, name } = members[0]!
  const { help, type } = describeMetric(group, name)
  const lines = members.map(({ tags, value }) =>
    typeof value === 'string'
      ? `${family}${labels({ ...tags, [name]: value })} 1`
      : `${family}${labels(tags)} ${number(value)}`,
  )
  return [
    `# HELP ${family} ${escapeHelp(help)}`,
    `# TYPE ${family} ${type === 'counter' ? 'counter' : 'gauge'}`,
    ...lines,
    '',
  ].join('\n')
}

/** `lmdb-window-state-id` has one name for every kind of store, so that sums need not know the kinds. */
const storeTag = /^(.*)-state-id$/

function labels(tags: MetricTags): string {
  const pairs = Object.entries(tags).flatMap(([tag, value]) => {
    const kind = storeTag.exec(tag)?.[1]
    return kind === undefined
      ? [[underscored(tag), value] as const]
      : [['store_type', kind] as const, ['state_id', value] as const]
  })
  if (pairs.length === 0) return ''
  return `{${pairs.map(([label, value]) => `${label}="${escapeLabel(value)}"`).join(',')}}`
}

/** Names and labels are letters, digits and underscores. */
function underscored(name: string): string {
  const replaced = name.replaceAll(/[^a-zA-Z0-9_]/g, '_')
  return /^\d/.test(replaced) ? `_${replaced}` : replaced
}

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  return String(value)
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeLabel(value: string): string {
  return escapeHelp(value).replaceAll('"', '\\"')
}
