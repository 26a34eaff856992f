import { expect, test } from 'vitest'
import { type AssignmentOptions, resolveAssignmentOptions } from '../../../src/core/assignment-options.ts'

function problemsOf(options: AssignmentOptions): readonly string[] {
  const problems: string[] = []
  resolveAssignmentOptions(options, (problem) => problems.push(problem))
  return problems
}

test("the defaults are Java's", () => {
  expect(problemsOf({})).toEqual([])
  expect(resolveAssignmentOptions({}, () => {})).toEqual({
    numStandbyReplicas: 0,
    maxWarmupReplicas: 2,
    acceptableRecoveryLag: 10_000,
    probingRebalanceIntervalMs: 600_000,
    clientTags: {},
    rackAwareAssignmentTags: [],
  })
})

test('what is given is taken', () => {
  const given = {
    numStandbyReplicas: 1,
    maxWarmupReplicas: 3,
    acceptableRecoveryLag: Number.POSITIVE_INFINITY,
    clientTags: { zone: 'eu-1a', cluster: 'k8s' },
    rackAwareAssignmentTags: ['zone'],
  }
  expect(problemsOf(given)).toEqual([])
  expect(resolveAssignmentOptions({ ...given, probingRebalanceInterval: '2m' }, () => {})).toEqual({
    ...given,
    probingRebalanceIntervalMs: 120_000,
  })
})

const six = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => [key, '1']))

test.each<[AssignmentOptions, string]>([
  [{ numStandbyReplicas: -1 }, 'numStandbyReplicas: not a whole number of at least 0'],
  [{ maxWarmupReplicas: 0 }, 'maxWarmupReplicas: not a whole number of at least 1'],
  [
    { acceptableRecoveryLag: Number.NaN },
    'acceptableRecoveryLag: neither a whole number of at least 0 nor Infinity',
  ],
  [{ probingRebalanceInterval: 999 }, 'probingRebalanceInterval (999 ms) must be at least a second'],
  [
    { probingRebalanceInterval: -1 },
    "probingRebalanceInterval: -1 is not a whole number of milliseconds of at least 0, nor text such as '30s'",
  ],
  [{ clientTags: six }, 'clientTags: 6 tags, but 5 are the most'],
  [{ clientTags: { '': 'a' } }, 'clientTags: "" is not a key of 1 to 20 characters'],
  [{ clientTags: { zone: ' ' } }, 'clientTags: the value of zone is not a text of 1 to 30 characters'],
  [
    { clientTags: { zone: 'x'.repeat(31) } },
    'clientTags: the value of zone is not a text of 1 to 30 characters',
  ],
  [
    { clientTags: { zone: 'a' }, rackAwareAssignmentTags: ['rack'] },
    "rackAwareAssignmentTags: clientTags has no 'rack'",
  ],
])('refused: %j', (options, problem) => {
  expect(problemsOf(options)).toEqual([problem])
})
