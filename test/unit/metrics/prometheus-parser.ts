/** One line of Prometheus' text format. */
export interface PrometheusSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface PrometheusFamily {
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly samples: readonly PrometheusSample[]
}

const family = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/
const typeLine = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)$/
const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y

/**
 * Reads Prometheus' text format, version 0.0.4, more strictly than Prometheus does: HELP and TYPE before all samples of a
 * name, which stand together; no series twice; escapes as the format has them; a line feed at the end.
 */
export function parsePrometheus(text: string): ReadonlyMap<string, PrometheusFamily> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, PrometheusFamily & { readonly samples: PrometheusSample[] }>()
  const series = new Set<string>()
  const lines = text.split('\n').slice(0, -1)
  for (let i = 0; i < lines.length; ) {
    const help = family.exec(lines[i]!)
    const type = typeLine.exec(lines[i + 1] ?? '')
    if (!help || !type || help[1] !== type[1]) throw new Error(`no HELP and TYPE: ${lines[i]}`)
    const name = help[1]!
    if (families.has(name)) throw new Error(`${name} stands in two places`)
    const samples: PrometheusSample[] = []
    for (i += 2; i < lines.length && !lines[i]!.startsWith('#'); i++) {
      const sample = parseSample(lines[i]!)
      if (sample.name !== name) throw new Error(`${sample.name} stands among ${name}`)
      const key = JSON.stringify([name, Object.entries(sample.labels).sort()])
      if (series.has(key)) throw new Error(`twice: ${lines[i]}`)
      series.add(key)
      samples.push(sample)
    }
    if (samples.length === 0) throw new Error(`${name} has no samples`)
    families.set(name, { help: help[2]!, type: type[2] as 'counter' | 'gauge', samples })
  }
  return families
}

function parseSample(line: string): PrometheusSample {
  const match = sampleLine.exec(line)
  if (!match) throw new Error(`no sample: ${line}`)
  const [, name, inner, value] = match
  const labels: Record<string, string> = {}
  label.lastIndex = 0
  for (let at = 0; inner !== undefined && at < inner.length; at = label.lastIndex) {
    const pair = label.exec(inner)
    if (!pair) throw new Error(`no labels: ${line}`)
    if (pair[1]! in labels) throw new Error(`a label twice: ${line}`)
    labels[pair[1]!] = pair[2]!.replaceAll(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))
  }
  return { name: name!, labels, value: numberOf(value!) }
}

function numberOf(text: string): number {
  if (text.endsWith('Inf')) return text.startsWith('-') ? -Infinity : Infinity
  return Number(text)
}
