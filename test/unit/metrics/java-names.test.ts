import { expect, test } from 'vitest'
import { metricCatalog } from '../../../src/metrics/catalog.ts'
import { leftOut } from './left-out.ts'
import { javaMetrics, metricsPage, whyLeftOut } from './metrics-page.ts'

test('every metric of Java is here at the same level, or is left out for a reason; not both', () => {
  for (const metric of javaMetrics) {
    const { group, name, level } = metric
    const facts = metricCatalog[group]?.[name]
    const reason = whyLeftOut(metric)
    if (facts) expect([group, name, facts.level, reason]).toEqual([group, name, level, undefined])
    else expect(reason, `${group} ${name}`).toBeTruthy()
  }
})

test('what is not marked as our own is one of Java', () => {
  const known = new Set(javaMetrics.map(({ group, name }) => `${group} ${name}`))
  for (const [group, metrics] of Object.entries(metricCatalog))
    for (const [name, { ours = false }] of Object.entries(metrics))
      expect([group, name, known.has(`${group} ${name}`)]).toEqual([group, name, !ours])
})

test('no reason is given for what Java does not have', () => {
  for (const [group, reasons] of Object.entries(leftOut))
    for (const begin of Object.keys(reasons))
      expect(
        javaMetrics.some((metric) => metric.group === group && metric.name.startsWith(begin)),
        `${group} ${begin}`,
      ).toBe(true)
})

/** `vitest -u` writes it anew. */
test('docs/metrics.md says so', async () => {
  await expect(metricsPage()).toMatchFileSnapshot('../../../docs/metrics.md')
})
