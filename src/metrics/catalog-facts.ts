import type { RecordingLevel } from '../core/metrics-options.ts'
import type { MetricFacts, MetricGroup } from './catalog.ts'

/** How often something happens. */
export function rateAndTotal(name: string, level: RecordingLevel, what: string): MetricGroup {
  return {
    [`${name}-rate`]: { level, type: 'gauge', help: `The average per-second number of ${what}.` },
    [`${name}-total`]: { level, type: 'counter', help: `The total number of ${what}.` },
  }
}

export function avgAndMax(name: string, level: RecordingLevel, what: string): MetricGroup {
  return {
    [`${name}-avg`]: { level, type: 'gauge', help: `The average ${what}.` },
    [`${name}-max`]: { level, type: 'gauge', help: `The maximum ${what}.` },
  }
}

export function minimum(name: string, level: RecordingLevel, what: string): MetricGroup {
  return { [`${name}-min`]: { level, type: 'gauge', help: `The minimum ${what}.` } }
}

export function gauge(level: RecordingLevel, help: string): MetricFacts {
  return { level, type: 'gauge', help }
}

export function counter(level: RecordingLevel, help: string): MetricFacts {
  return { level, type: 'counter', help }
}

export function text(help: string): MetricFacts {
  return { level: 'info', type: 'text', help }
}

export function ours(facts: MetricFacts): MetricFacts {
  return { ...facts, ours: true }
}
