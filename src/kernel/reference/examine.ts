import type { DecodedRecord } from '../../protocol/record-batch/decode.ts'
import type { BadReason } from '../kernel.ts'
import type { RegionProgram } from '../program.ts'
import { fieldAt, malformed, parseJson } from './json-fields.ts'

export interface Examined {
  /** Why it is bad; key, value and time are looked at in this order. */
  readonly reason?: BadReason
  readonly timestamp: number
  readonly fields: readonly unknown[]
}

/** Checks a record's bytes against their formats, and takes its fields and its event time. */
export function examine(
  record: DecodedRecord,
  { keyFormat, valueFormat, timestamp, fields: paths }: RegionProgram,
): Examined {
  const bad = { timestamp: record.timestamp, fields: [] }
  const { key, value } = record
  if (key !== null && !isWellFormed(key, keyFormat)) return { reason: 'key', ...bad }
  const json = value !== null && valueFormat === 'json' ? parseJson(value) : undefined
  if (value !== null && (valueFormat === 'json' ? json === malformed : !isWellFormed(value, valueFormat)))
    return { reason: 'value', ...bad }
  const fields = paths.map((path) => fieldAt(json, path))
  if (!timestamp) return { timestamp: record.timestamp, fields }
  const time = eventTime(fields[timestamp.field], timestamp.unitMs)
  return time === undefined ? { reason: 'timestamp', ...bad } : { timestamp: time, fields }
}

function isWellFormed(bytes: Uint8Array, format: RegionProgram['keyFormat']): boolean {
  if (typeof format === 'number') return bytes.length === format
  return format !== 'json' || parseJson(bytes) !== malformed
}

/** @returns undefined when the field is no number, or not a time. */
function eventTime(field: unknown, unitMs: number): number | undefined {
  if (typeof field !== 'number') return undefined
  const time = Math.floor(field * unitMs + 0.5)
  return Number.isSafeInteger(time) ? time : undefined
}
