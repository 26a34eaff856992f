import { expect, test } from 'vitest'
import type { Findings } from '../../crash/crash-run.ts'
import type { Blame } from '../../crash/markers/blame.ts'
import type { PipelineModel } from '../../crash/pipeline-model.ts'
import { isVoid, reasons } from '../../crash/report.ts'
import type { SessionReport } from '../../crash/session.ts'
import { Tally } from '../../crash/tally.ts'
import { verifyOnce } from '../../crash/verify.ts'

const due = new Map([['order1', 'a']])
const right = verifyOnce(due, new Map([['order1', ['a']]]))
const twice = verifyOnce(due, new Map([['order1', ['a', 'a']]]))
const proven: Blame = { missing: ['paid-0: no abort marker'], open: false, proven: 1, unproven: [] }

function findings(verdict: typeof twice, more: Partial<Findings> = {}): Findings {
  // Something was late, and something closed.
  const model = { clicks: { late: 1 }, closedVisits: due } as unknown as PipelineModel
  const nothing = { wrongStoreValues: [], storeValues: 0, aborted: 0, skipped: 0, problems: [] }
  return { model, verdicts: [{ topic: 'paid', due: 1, ...verdict }], ...nothing, ...more }
}

function session(more: Partial<SessionReport>): SessionReport {
  const plan = { seed: 1, rounds: [], mutation: undefined }
  const empty = { plan, rounds: [], tally: new Tally(), blame: undefined, failure: undefined, seconds: 1 }
  return { ...empty, findings: findings(twice), ...more }
}

test('a session is void if each wrong result is proven to come of a dropped marker', () => {
  expect(isVoid(session({ blame: proven }))).toBe(true)
  expect(reasons(session({ blame: proven }))).toContain('1 wrong results come of transactions that lack one')
})

test.each([
  ['nothing was dropped', { blame: undefined }],
  ['one is not proven', { blame: { ...proven, unproven: ['order2'] } }],
  ['none is', { blame: { ...proven, proven: 0 } }],
  [
    'a store has a wrong value',
    { blame: proven, findings: findings(twice, { wrongStoreValues: ['user1'] }) },
  ],
  ['the input is wrong', { blame: proven, findings: findings(twice, { problems: ['too few'] }) }],
  ['it failed of something else', { blame: { ...proven, open: true }, failure: new Error('worker a ended') }],
  [
    'it waited, but no transaction is open',
    { blame: proven, failure: new Error('not within 60 s: it runs') },
  ],
])('it is red if %s', (_, more) => {
  expect(isVoid(session(more))).toBe(false)
  expect(reasons(session(more))).not.toEqual([])
})

test('a state that was set aside is ours', () => {
  const tally = new Tally()
  tally.setAside.push('task 0_0')
  expect(isVoid(session({ blame: proven, tally }))).toBe(false)
})

test('a session that waits for a transaction which nobody can end is void', () => {
  const failure = new Error('not within 60 s: it runs')
  expect(isVoid(session({ blame: { ...proven, open: true }, failure, findings: undefined }))).toBe(true)
})

test('one in which all is right is not', () => {
  const good = session({ findings: findings(right), blame: { ...proven, proven: 0 } })
  expect(reasons(good)).toEqual([])
  expect(isVoid(good)).toBe(false)
})
