import type { Mutation } from './mutations.ts'
import { canMeet, type Fault, faultKinds, pairName } from './pairs.ts'
import type { Outcome } from './simulation.ts'
import { type Step, steps } from './steps.ts'

const shownProblems = 8
const longestProblem = 1500

/** Seed, problems, the trace's end, and how to run it again. */
export function failureText(
  { seed, settings, theme, problems, traceEnd }: Outcome,
  mutation?: Mutation,
): string {
  const more = problems.length > shownProblems ? [`and ${problems.length - shownProblems} more`] : []
  return [
    `seed ${seed} is RED`,
    ...[...problems.slice(0, shownProblems), ...more].map(
      (problem) => `- ${problem.slice(0, longestProblem)}`,
    ),
    `settings: ${JSON.stringify({ ...settings, bulk: settings.bulk.length })}`,
    `theme: ${theme}`,
    'the end of the trace:',
    ...traceEnd,
    `again: npm run simulate -- --seed ${seed}${mutation ? ` --mutation ${mutation}` : ''}`,
    '',
  ].join('\n')
}

/** How often each fault met each step, over all runs. */
export function faultTable(outcomes: readonly Outcome[]): {
  readonly text: string
  readonly missing: readonly string[]
} {
  const missing: string[] = []
  const cell = (fault: Fault, step: Step): string => {
    if (!canMeet(fault, step)) return '-'
    const name = pairName(fault, step)
    const count = outcomes.reduce((sum, { faults }) => sum + (faults.get(name) ?? 0), 0)
    if (count === 0) missing.push(name)
    return String(count)
  }
  const rows = [
    ['', ...faultKinds],
    ...steps.map((step) => [step, ...faultKinds.map((fault) => cell(fault, step))]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const text = rows
    .map((row) =>
      row.map((one, i) => (i === 0 ? one.padEnd(widths[i]!) : one.padStart(widths[i]!))).join('  '),
    )
    .join('\n')
  return { text, missing }
}

export function summary(outcomes: readonly Outcome[], seconds: number): string {
  const sum = (of: (outcome: Outcome) => number): string =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0).toLocaleString('en')
  const virtual = outcomes.reduce((total, { virtualMs }) => total + virtualMs, 0) / 1000
  return (
    `${outcomes.length} seeds: ${sum(({ steps: drawn }) => drawn)} steps, ${sum(({ records }) => records)} records in, ` +
    `${sum(({ results }) => results)} results due, ${Math.round(virtual)} s of virtual time in ${seconds.toFixed(1)} s`
  )
}
