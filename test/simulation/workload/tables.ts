import { topic } from '../../../src/dsl/topic.ts'
import { string } from '../../../src/serde/scalars.ts'
import { EventTime } from './event-time.ts'
import { byKey } from './logs.ts'
import { inputRecord, type LogRecord, type Workload } from './workload.ts'

const customers = topic('customers', { key: string, value: string })
const accounts = topic('accounts', { key: string, value: string })
const joined = topic('customer-accounts', { key: string, value: string })

/**
 * A join of two tables, of which the topics may be the changelogs. Which updates meet is not known before; but they only
 * go forward, and the last result is that of the last updates. The two are not cached: when a key goes from both between
 * two commits, the inner join of cached tables misses it, in Java too (KTableKTableInnerJoin finds no other side).
 */
export function tables(): Workload {
  const time = new EventTime()
  let version = 0
  return {
    inputs: [customers.name, accounts.name],
    outputs: [joined.name],
    build(b, { caching }) {
      const table = b
        .table(customers, { store: { name: 'customers-store', caching: false } })
        .join(
          b.table(accounts, { store: { name: 'accounts-store', caching: false } }),
          (l, r) => `${l}+${r}`,
          {
            value: string,
            store: { name: 'joined-store', caching },
          },
        )
      table.toStream().to(joined)
      return { joined: table }
    },
    next(random) {
      const value = random.chance(0.15) ? null : `${version++}`
      const topic = random.pick([customers, accounts])
      return inputRecord(topic, `customer${random.int(1, 8)}`, value, time.next(random))
    },
    judge(logs, { caching }) {
      const left = byKey(logs.read(customers))
      const right = byKey(logs.read(accounts))
      const emitted = byKey(logs.read(joined))
      const problems: string[] = []
      const stores = []
      const keys = [...new Set([...left.keys(), ...right.keys()])]
      for (const key of keys) {
        const due = joinOf(left.get(key)?.at(-1), right.get(key)?.at(-1))
        const found = (emitted.get(key) ?? []).map(({ value }) => value)
        emitted.delete(key)
        if ((found.at(-1) ?? null) !== due)
          problems.push(`${key}: ${due} due at the end, found ${found.at(-1)}`)
        const back = goesBack(found, !caching)
        if (back !== undefined) problems.push(`${key}: ${back} comes again, or late, in ${found.join(' ')}`)
        stores.push({ table: 'joined', key, value: due ?? undefined })
      }
      for (const key of emitted.keys()) problems.push(`${key}: nothing due`)
      return { problems, stores, results: keys.length }
    },
  }
}

function joinOf(left: LogRecord<string> | undefined, right: LogRecord<string> | undefined): string | null {
  return left?.value && right?.value ? `${left.value}+${right.value}` : null
}

/** @returns the first result that is made of older versions than one before it, or of the same. */
function goesBack(found: readonly (string | null)[], strictly: boolean): string | undefined {
  let before = [-1, -1]
  for (const value of found) {
    if (value === null) continue
    const versions = value.split('+').map(Number)
    const older = versions.some((version, side) => version < before[side]!)
    if (older || (strictly && versions.join() === before.join())) return value
    before = versions
  }
  return undefined
}
