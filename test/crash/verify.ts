export interface Emission {
  readonly count: number
  readonly time: number
}

/** What one output must hold, and whether it does. */
export interface OutputVerdict extends Verdict {
  readonly topic: string
  /** Results that were due. */
  readonly due: number
}

/** The numbers of what is wrong, all 0 when all is right, and the first few cases in words. */
export interface Verdict {
  /** Counts between 1 and n that were never emitted. */
  readonly lost: number
  /** Emissions of a count that had been emitted. */
  readonly duplicated: number
  /** First emissions of a count that came after a higher one. */
  readonly disordered: number
  /** Emissions of a count that is not due, or for a window that nothing fell into. */
  readonly unexpected: number
  /** Counts that are right and carry the wrong time. */
  readonly mistimed: number
  readonly cases: readonly string[]
  /** Each that was lost or duplicated. */
  readonly wrong: readonly WrongResult[]
}

export interface WrongResult {
  readonly kind: 'lost' | 'duplicated'
  /** Of the output. */
  readonly key: string
  readonly result: string
}

const shownCases = 10

/**
 * Holds what was emitted against what was due. Per output key: exactly 1, 2, ... n in this order.
 * @param due times of the updates by output key: as many as the last count.
 * @param emitted by output key, in the order of its partition.
 */
export function verifyEmissions(
  due: ReadonlyMap<string, readonly number[]>,
  emitted: ReadonlyMap<string, readonly Emission[]>,
): Verdict {
  const verdict = emptyVerdict()
  for (const key of new Set([...due.keys(), ...emitted.keys()])) {
    const times = due.get(key) ?? []
    const emissions = emitted.get(key) ?? []
    const wrong = compare(times, emissions)
    if (!wrong) continue
    for (const kind of kinds) verdict[kind] += wrong[kind]
    verdict.wrong.push(...wrongCounts(key, times.length, emissions))
    if (verdict.cases.length < shownCases) verdict.cases.push(describe(key, times.length, emissions, wrong))
  }
  return verdict
}

/**
 * Each key is to be there once, with one text.
 * @param emitted texts by key.
 */
export function verifyOnce(
  due: ReadonlyMap<string, string>,
  emitted: ReadonlyMap<string, readonly string[]>,
): Verdict {
  const verdict = emptyVerdict()
  for (const key of new Set([...due.keys(), ...emitted.keys()])) {
    const text = due.get(key)
    const texts = emitted.get(key) ?? []
    const right = texts.filter((one) => one === text).length
    if (text !== undefined && right === 1 && texts.length === 1) continue
    if (text !== undefined && right === 0) {
      verdict.lost++
      verdict.wrong.push({ kind: 'lost', key, result: text })
    }
    if (text !== undefined && right > 1) verdict.wrong.push({ kind: 'duplicated', key, result: text })
    verdict.duplicated += Math.max(0, right - 1)
    verdict.unexpected += texts.length - right
    if (verdict.cases.length < shownCases)
      verdict.cases.push(`${key}: ${text ?? 'nothing'} due, emitted ${texts.join(' | ') || 'nothing'}`)
  }
  return verdict
}

function emptyVerdict(): Record<(typeof kinds)[number], number> & { cases: string[]; wrong: WrongResult[] } {
  return { lost: 0, duplicated: 0, disordered: 0, unexpected: 0, mistimed: 0, cases: [], wrong: [] }
}

function wrongCounts(key: string, due: number, emissions: readonly Emission[]): WrongResult[] {
  const times = new Map<number, number>()
  for (const { count } of emissions) times.set(count, (times.get(count) ?? 0) + 1)
  return Array.from({ length: due }, (_, i) => i + 1).flatMap((count): WrongResult[] => {
    const seen = times.get(count) ?? 0
    return seen === 1 ? [] : [{ kind: seen === 0 ? 'lost' : 'duplicated', key, result: String(count) }]
  })
}

const kinds = ['lost', 'duplicated', 'disordered', 'unexpected', 'mistimed'] as const

type Wrong = Record<(typeof kinds)[number], number>

/** @returns undefined if all is right. */
function compare(times: readonly number[], emissions: readonly Emission[]): Wrong | undefined {
  const wrong: Wrong = { lost: 0, duplicated: 0, disordered: 0, unexpected: 0, mistimed: 0 }
  const seen = new Set<number>()
  let highest = 0
  for (const { count, time } of emissions) {
    if (!Number.isInteger(count) || count < 1 || count > times.length) wrong.unexpected++
    else if (seen.has(count)) wrong.duplicated++
    else {
      seen.add(count)
      if (count < highest) wrong.disordered++
      if (time !== times[count - 1]) wrong.mistimed++
    }
    highest = Math.max(highest, count)
  }
  wrong.lost = times.length - seen.size
  return kinds.some((kind) => wrong[kind] > 0) ? wrong : undefined
}

function describe(key: string, due: number, emissions: readonly Emission[], wrong: Wrong): string {
  const counts = emissions.map(({ count }) => count).join(' ')
  const what = kinds.filter((kind) => wrong[kind] > 0).map((kind) => `${wrong[kind]} ${kind}`)
  return `${key}: ${due === 0 ? 'nothing' : `1..${due}`} due, emitted ${counts || 'nothing'} (${what.join(', ')})`
}

export interface StoreQuestion {
  readonly name: string
  readonly due: number
  /** Its window may have expired: then the store may have no answer, but no other one. */
  readonly mayBeGone: boolean
}

/** @param answers null where the store has none. @returns each wrong answer in words. */
export function verifyStore(
  questions: readonly StoreQuestion[],
  answers: readonly (number | null)[],
): readonly string[] {
  if (answers.length !== questions.length)
    return [`${questions.length} counts were asked for, ${answers.length} answered`]
  return questions.flatMap(({ name, due, mayBeGone }, i) => {
    const answer = answers[i]!
    if (answer === due || (answer === null && mayBeGone)) return []
    return [`${name}: the store says ${answer ?? 'nothing'} instead of ${due}`]
  })
}

/** What an input topic must hold: everything sent, once, and nothing of an aborted transaction. @returns problems in words. */
export function verifyInput<Id>(sent: ReadonlySet<Id>, found: readonly Id[]): readonly string[] {
  const problems: string[] = []
  const seen = new Set(found)
  const missing = [...sent].filter((id) => !seen.has(id)).length
  const foreign = [...seen].filter((id) => !sent.has(id)).length
  const repeated = found.length - seen.size
  if (missing > 0)
    problems.push(`the input topic lacks ${missing} of ${sent.size} records that were acknowledged`)
  if (foreign > 0) problems.push(`the input topic shows ${foreign} records that were not committed`)
  if (repeated > 0) problems.push(`the input topic shows ${repeated} records twice`)
  return problems
}
