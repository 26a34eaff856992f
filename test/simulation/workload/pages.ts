import { topic } from '../../../src/dsl/topic.ts'
import { json } from '../../../src/serde/json.ts'
import { string } from '../../../src/serde/scalars.ts'
import { EventTime } from './event-time.ts'
import { byKey } from './logs.ts'
import { inputRecord, type Workload } from './workload.ts'

interface Visit {
  readonly id: number
  readonly page: string
}

const visit = json<Visit>()
const visits = topic('visits', { key: string, value: visit })
const visitors = topic('page-visits', { key: string, value: string })

/**
 * Which visits each page had, behind a repartition topic: one record at a time. In which order those of different
 * partitions come is not known before; but each result must be the one before it and something more.
 */
export function pages(): Workload {
  const time = new EventTime()
  let id = 0
  return {
    inputs: [visits.name],
    outputs: [visitors.name],
    build(b, { caching, changelog }) {
      const table = b
        .stream(visits)
        .selectKey(({ page }) => page, { key: string })
        .groupByKey({ value: visit })
        .aggregate(
          () => '',
          (all, { id }) => (all === '' ? `${id}` : `${all} ${id}`),
          { value: string, store: { name: 'pages-store', caching, changelog } },
        )
      table.toStream().to(visitors)
      return { pages: table }
    },
    next(random) {
      const visit = { id: id++, page: `page${random.int(1, 5)}` }
      return inputRecord(visits, `user${random.int(1, 9)}`, visit, time.next(random))
    },
    judge(logs, { caching }) {
      const due = new Map<string, string[]>()
      for (const { value } of logs.read(visits)) {
        const { id, page } = value!
        due.set(page, [...(due.get(page) ?? []), `${id}`])
      }
      const emitted = byKey(logs.read(visitors))
      const problems: string[] = []
      const last = new Map<string, string>()
      for (const [page, ids] of due) {
        const found = (emitted.get(page) ?? []).map(({ value }) => (value ?? '').split(' '))
        emitted.delete(page)
        last.set(page, (found.at(-1) ?? []).join(' '))
        problems.push(...wrongIn(page, ids, found, caching))
      }
      for (const page of emitted.keys()) problems.push(`${page}: nothing due`)
      const stores = [...last].map(([key, value]) => ({ table: 'pages', key, value }))
      return { problems, results: due.size, stores }
    },
  }
}

/** Each output holds the one before and one visit more (with a cache: at least one), and the last one all. */
function* wrongIn(
  page: string,
  due: readonly string[],
  found: readonly (readonly string[])[],
  caching: boolean,
): Generator<string> {
  const final = found.at(-1) ?? []
  if ([...final].sort().join() !== [...due].sort().join())
    yield `${page}: visits ${due.join(' ')} due, found ${final.join(' ')}`
  for (const [i, all] of found.entries()) {
    const before = found[i - 1] ?? []
    const more = all.length - before.length
    if (all.slice(0, before.length).join() !== before.join() || (caching ? more < 1 : more !== 1))
      yield `${page}: after ${before.join(' ') || 'nothing'} came ${all.join(' ')}`
  }
}
