import type { Findings } from './crash-run.ts'
import type { Blame } from './markers/blame.ts'
import type { RoundReport, SessionReport } from './session.ts'
import { waitedTooLong } from './until.ts'

/** One line a scenario, over all sessions. */
export function scenarioTable(sessions: readonly SessionReport[]): string {
  const rounds = sessions.flatMap((session) => session.rounds)
  const rows = [...new Set(rounds.map(({ scenario }) => scenario))].map((scenario) => {
    const its = rounds.filter((round) => round.scenario === scenario)
    const recoveries = its.map(({ recoveryMs }) => recoveryMs)
    return [
      scenario,
      its.length,
      total(its, 'kills'),
      total(its, 'killsInTransaction'),
      total(its, 'killsInEndTxn'),
      total(its, 'aborts'),
      seconds(median(recoveries)),
      seconds(Math.max(...recoveries)),
      seconds(total(its, 'ms')),
    ]
  })
  const heads = [
    'scenario',
    'rounds',
    'kills',
    'in txn',
    'in EndTxn',
    'given up',
    'recovery',
    'longest',
    'all',
  ]
  return table([heads, ...rows])
}

/** One line a session: what its outputs were. */
export function sessionTable(sessions: readonly SessionReport[]): string {
  const rows = sessions.map((session) => {
    const { plan, tally, findings } = session
    const names = [...new Set(plan.rounds.map(({ name }) => name))]
    return [
      names.length === 1 ? names[0]! : `${names.length} scenarios`,
      plan.seed,
      plan.rounds.length,
      tally.commits,
      tally.checkpoints,
      tally.restores,
      tally.restoresFromCheckpoint,
      ...verdictCells(findings),
      session.seconds.toFixed(0),
    ]
  })
  const heads = ['session', 'seed', 'rounds', 'commits', 'checkpoints', 'restores', 'from one']
  return table([[...heads, 'due', 'lost', 'duplicated', 'otherwise wrong', 's'], ...rows])
}

function verdictCells(findings: Findings | undefined): readonly (string | number)[] {
  if (!findings) return ['-', '-', '-', '-']
  const { verdicts, wrongStoreValues } = findings
  const sum = (of: (verdict: Findings['verdicts'][number]) => number): number =>
    verdicts.reduce((all, verdict) => all + of(verdict), 0)
  const otherwise = sum(({ disordered, unexpected, mistimed }) => disordered + unexpected + mistimed)
  return [
    sum(({ due }) => due),
    sum(({ lost }) => lost),
    sum(({ duplicated }) => duplicated),
    otherwise + wrongStoreValues.length,
  ]
}

/**
 * Nothing is proven, and nothing refuted: results are wrong, and each comes from a transaction that lacks a marker which
 * Kafka dropped; or there are none, since nobody can read beyond such a transaction. Whatever else is wrong is ours.
 */
export function isVoid(session: SessionReport): boolean {
  const { blame, failure, findings } = session
  if (failure) return blame?.open === true && failure.message.includes(waitedTooLong)
  if (!findings || !blame || blame.proven === 0 || blame.unproven.length > 0) return false
  return stateProblems(session).length === 0 && otherProblems(findings).length === 0
}

/** Why a session is not good, in words; none if it is. */
export function reasons(session: SessionReport): string[] {
  const { findings, failure, blame } = session
  const found: string[] = []
  if (failure) found.push(failure.stack ?? failure.message)
  found.push(...stateProblems(session))
  if (findings) found.push(...wrongResults(findings), ...otherProblems(findings))
  if (found.length > 0 && blame) found.push(...blameLines(blame))
  return found
}

function stateProblems({ plan, tally }: SessionReport): string[] {
  if (plan.rounds.some(({ mayLoseState }) => mayLoseState)) return []
  return [
    ...tally.restoredFromZero.map((task) => `restored from 0 although a checkpoint existed: ${task}`),
    ...tally.setAside.map((state) => `a state was set aside: ${state}`),
  ]
}

function blameLines({ missing, proven, unproven }: Blame): string[] {
  return [
    ...some(missing, 'markers are missing'),
    `${proven} wrong results come of transactions that lack one`,
    ...some(unproven, 'are not proven to'),
  ]
}

const shown = 10

function wrongResults(findings: Findings): string[] {
  const found: string[] = []
  for (const verdict of findings.verdicts) {
    const { lost, duplicated, disordered, unexpected, mistimed } = verdict
    const kinds = {
      lost,
      duplicated,
      'in wrong order': disordered,
      unexpected,
      'with a wrong time': mistimed,
    }
    for (const [kind, count] of Object.entries(kinds))
      if (count > 0) found.push(`${verdict.topic}: ${count} results ${kind}`)
    found.push(...verdict.cases)
  }
  return found
}

function some(lines: readonly string[], what: string): string[] {
  const more = lines.length > shown ? [`and ${lines.length - shown} more ${what}`] : []
  return [...lines.slice(0, shown), ...more]
}

function otherProblems(findings: Findings): string[] {
  const found = [...findings.problems, ...some(findings.wrongStoreValues, 'wrong store values')]
  if (findings.model.clicks.late === 0 || findings.model.closedVisits.size === 0)
    found.push('the input had no late records, or no window closed: nothing was proven')
  return found
}

function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)))
  const line = (row: readonly (string | number)[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? String(cell).padEnd(widths[column]!) : String(cell).padStart(widths[column]!),
      )
      .join('  ')
  return rows.map(line).join('\n')
}

type Figure = 'kills' | 'killsInTransaction' | 'killsInEndTxn' | 'aborts' | 'ms'

function total(rounds: readonly RoundReport[], figure: Figure): number {
  return rounds.reduce((sum, round) => sum + round[figure], 0)
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
