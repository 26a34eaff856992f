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

/** What is due and was not found, or was found too often; each in words. */
export function difference(due: readonly string[], found: readonly string[]): readonly string[] {
  const missing = new Map<string, number>()
  for (const one of due) missing.set(one, (missing.get(one) ?? 0) + 1)
  for (const one of found) missing.set(one, (missing.get(one) ?? 0) - 1)
  return [...missing]
    .filter(([, count]) => count !== 0)
    .map(([one, count]) => `${short(one)}: ${count > 0 ? `${count} missing` : `${-count} too many`}`)
}

function short(text: string): string {
  return text.length > 200 ? `${text.slice(0, 100)} ... ${text.slice(-60)}` : text
}
