import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { Harness } from '../app/harness.ts'
import { click, clicks, counts, windowed } from '../app/topologies.ts'
import { parsePrometheus } from './prometheus-parser.ts'
import { promqlSelectors } from './promql.ts'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

interface Dashboard {
  readonly panels: readonly {
    readonly id: number
    readonly title: string
    readonly targets: readonly {
      readonly refId: string
      readonly expr: string
      readonly legendFormat: string
    }[]
  }[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] }
}

const folder = join(import.meta.dirname, '../../../docs/monitoring')
const alerts = parse(readFileSync(join(folder, 'alerts.yml'), 'utf8')) as {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[]
}
const rules = alerts.groups.flatMap((group) => group.rules)
const dashboard = JSON.parse(readFileSync(join(folder, 'dashboard.json'), 'utf8')) as Dashboard

/** Prometheus adds them to all it reads. */
const ofTarget = ['job', 'instance']

/** The labels of each metric that a running application tells. */
const told = new Map<string, ReadonlySet<string>>()

beforeAll(async () => {
  await using harness = new Harness()
  await harness.kafka.createTopics(1, clicks, counts)
  const app = await harness.started(windowed)
  await harness.kafka.send(clicks, [click('ann', 0), click('ann', 1)])
  await harness.caughtUp(app, clicks)
  for (const [name, { samples }] of parsePrometheus(await app.prometheus()))
    told.set(name, new Set([...ofTarget, ...samples.flatMap(({ labels }) => Object.keys(labels))]))
})

/** Every metric of a query is told, with the labels it asks for. */
function check(query: string, alsoLabels: readonly string[] = []): void {
  const selectors = promqlSelectors(query)
  expect(selectors.length, query).toBeGreaterThan(0)
  for (const { metric, labels } of selectors) {
    expect(told.has(metric), `${metric} of ${query}`).toBe(true)
    for (const label of [...labels, ...alsoLabels])
      expect(told.get(metric)!.has(label), `${label} of ${metric} in ${query}`).toBe(true)
  }
}

function labelsIn(template: string, pattern: RegExp): readonly string[] {
  return [...template.matchAll(pattern)].map(([, label]) => label!)
}

describe('the alert rules', () => {
  test.each(rules.map((rule) => [rule.alert, rule] as const))('%s', (_, rule) => {
    expect(Object.keys(rule).sort()).toEqual(
      ['alert', 'annotations', 'expr', ...(rule.for ? ['for'] : []), 'labels'].sort(),
    )
    expect(rule.alert).toMatch(/^[A-Za-z]+$/)
    if (rule.for) expect(rule.for).toMatch(/^\d+[smh]$/)
    expect(['warning', 'critical']).toContain(rule.labels['severity'])
    expect(rule.annotations['summary']).toBeTruthy()
    check(rule.expr, labelsIn(Object.values(rule.annotations).join(' '), /\$labels\.(\w+)/g))
  })

  test('have the thresholds of the product', () => {
    const exprs = Object.fromEntries(rules.map(({ alert, expr }) => [alert, expr]))
    expect(exprs).toMatchObject({
      KafkaStreamsCommitSlow: 'kafka_streams_commit_latency_avg > 500',
      KafkaStreamsRestoreLong: 'increase(kafka_streams_restore_time_total[10m]) > 300',
      KafkaStreamsStateDiskFull: 'millrace_state_disk_used_ratio > 0.8',
      KafkaStreamsStoresFillDisk:
        'sum by (job, instance) (kafka_streams_state_store_size_bytes) / on (job, instance) millrace_state_disk_bytes > 0.8',
      KafkaStreamsThreadFailed: 'increase(kafka_streams_failed_stream_threads[10m]) > 0',
    })
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  })
})

describe('the dashboard', () => {
  test.each(dashboard.panels.map((panel) => [panel.title, panel] as const))('%s', (_, { targets }) => {
    expect(targets.length).toBeGreaterThan(0)
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
    for (const { expr, legendFormat } of targets) check(expr, labelsIn(legendFormat, /\{\{(\w+)\}\}/g))
  })

  test('has panels of their own, and variables of what is told', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    const variables = dashboard.templating.list.map(({ name }) => name)
    for (const used of labelsIn(JSON.stringify(dashboard), /\$\{?(\w+)\}?/g))
      expect(variables).toContain(used)
    const [, metric] = /^label_values\((\w+), job\)$/.exec(dashboard.templating.list[1]!.query)!
    expect(told.has(metric!)).toBe(true)
  })
})

describe('these checks', () => {
  test.each([
    'kafka_streams_no_such_metric > 1',
    'sum by (topic) (kafka_streams_client_state)',
    'rate(',
    'up{',
  ])('refuse %s', (query) => {
    expect(() => check(query)).toThrowError()
  })
})
