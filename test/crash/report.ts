import type { Findings } from './crash-run.ts'
import type { Tally } from './tally.ts'

export interface Results {
  readonly rounds: number
  readonly seconds: number
  readonly tally: Tally
  /** Absent if the run did not get so far. */
  readonly findings: Findings | undefined
}

/** The run in figures, one a line. */
export function summary({ rounds, seconds, tally, findings }: Results): string {
  const lines: [string, number | string][] = [
    ['rounds', rounds],
    ['kills', tally.kills],
    ['kills that hit an open transaction', tally.killsInTransaction],
    ['  of these during EndTxn', tally.killsInEndTxn],
    ['pauses past the session', tally.pauses],
    ['broker restarts', tally.brokerRestarts],
    ['transactions whose markers the broker dropped', tally.skippedMarkers],
    ['commits', tally.commits],
    ['transactions given up', tally.aborts],
    ['checkpoints', tally.checkpoints],
    ['restores', tally.restores],
    ['  of these from a checkpoint', tally.restoresFromCheckpoint],
    ['restores from 0 where a checkpoint existed', tally.restoredFromZero.length],
    ['states set aside', tally.setAside.length],
  ]
  if (findings) {
    const { model, verdict, aborted, wrongStoreValues, storeValues } = findings
    lines.push(
      ['records counted', model.counted],
      ['records too late', model.late],
      ['records in aborted transactions', aborted],
      ['windows', model.windows.size],
      ['lost', verdict.lost],
      ['duplicated', verdict.duplicated],
      ['in wrong order', verdict.disordered],
      ['unexpected', verdict.unexpected],
      ['with a wrong time', verdict.mistimed],
      ['store values asked for, of each worker', storeValues],
      ['wrong store values', wrongStoreValues.length],
    )
  }
  lines.push(['seconds', seconds.toFixed(1)])
  const width = Math.max(...lines.map(([name]) => name.length))
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

const shown = 10

/** Why the run is not good, in words; none if it is. */
export function reasons(tally: Tally, findings: Findings | undefined, failure: Error | undefined): string[] {
  const found: string[] = []
  if (failure) found.push(failure.message)
  for (const task of tally.restoredFromZero)
    found.push(`restored from 0 although a checkpoint existed: ${task}`)
  for (const state of tally.setAside) found.push(`a state was set aside: ${state}`)
  if (findings) found.push(...wrongResults(findings))
  if (found.length > 0 && tally.skippedMarkers > 0)
    found.push('the broker dropped markers of transactions: what is wrong may come from that alone')
  return found
}

function wrongResults(findings: Findings): string[] {
  const found: string[] = []
  const { verdict, model } = findings
  const kinds = {
    lost: verdict.lost,
    duplicated: verdict.duplicated,
    'in wrong order': verdict.disordered,
    unexpected: verdict.unexpected,
    'with a wrong time': verdict.mistimed,
  }
  for (const [kind, count] of Object.entries(kinds)) if (count > 0) found.push(`${count} results ${kind}`)
  found.push(...verdict.cases, ...findings.problems)
  found.push(...findings.wrongStoreValues.slice(0, shown))
  if (findings.wrongStoreValues.length > shown)
    found.push(`and ${findings.wrongStoreValues.length - shown} more wrong store values`)
  if (model.late === 0 || model.counted === 0)
    found.push('the input had no late records, or none at all: nothing was proven')
  return found
}
