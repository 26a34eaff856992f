import type { Verdict } from './verdict.ts'

const linesShown = 3
const lineLength = 400

/** A case that has not passed, with its first differences. */
export function caseReport({ name, result, reason, differences }: Verdict): string {
  const lines = differences.slice(0, linesShown).map((line) => `    ${shortened(line)}`)
  if (differences.length > linesShown)
    lines.push(`    and ${differences.length - linesShown} more differences`)
  const title = reason === undefined ? `${result}: ${name}` : `${result}: ${name} (${reason})`
  return [title, ...lines].join('\n')
}

function shortened(line: string): string {
  const one = line.replaceAll('\n', '\\n')
  return one.length <= lineLength ? one : `${one.slice(0, lineLength)}...`
}

/** Counts by area, in the order of the cases. */
export function areaTable(verdicts: readonly Verdict[]): string {
  const areas = new Map<string, Verdict[]>()
  for (const verdict of verdicts) areas.set(verdict.area, [...(areas.get(verdict.area) ?? []), verdict])
  const width = Math.max(...[...areas.keys()].map((area) => area.length), 4)
  const row = (area: string, cells: readonly (string | number)[]): string =>
    `${area.padEnd(width)} ${cells.map((cell) => String(cell).padStart(8)).join('')}`
  const rows = [...areas].map(([area, of]) =>
    row(area, [count(of, 'passed'), count(of, 'failed'), count(of, 'skipped'), loweredCount(of)]),
  )
  return [row('area', ['passed', 'failed', 'skipped', 'kernel']), ...rows].join('\n')
}

export function kernelLine(verdicts: readonly Verdict[]): string {
  return `${loweredCount(verdicts)} of ${verdicts.length} cases ran lowered in the kernel, and again without it`
}

/** The last line of a run. */
export function summaryLine(verdicts: readonly Verdict[]): string {
  const [passed, failed, skipped] = (['passed', 'failed', 'skipped'] as const).map((result) =>
    count(verdicts, result),
  )
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

function count(verdicts: readonly Verdict[], result: Verdict['result']): number {
  return verdicts.filter((verdict) => verdict.result === result).length
}

function loweredCount(verdicts: readonly Verdict[]): number {
  return verdicts.filter(({ lowered }) => lowered).length
}
