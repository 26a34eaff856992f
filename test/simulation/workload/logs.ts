import type { LogRecord } from './workload.ts'

/** Each key's records in order. */
export function byKey<V>(records: readonly LogRecord<V>[]): Map<string, LogRecord<V>[]> {
  const found = new Map<string, LogRecord<V>[]>()
  for (const record of records) {
    const of = found.get(record.key)
    if (of) of.push(record)
    else found.set(record.key, [record])
  }
  return found
}
