// Values of the expression language, and how the vectors write them as JSON. Text, booleans, lists and objects are those of
// JavaScript; long, integer and double are numbers (a bigint where a number cannot hold it); bytes are a Uint8Array.

import type { Windowed } from '../../src/index.ts'

/** Ends of unlimited windows: Long.MAX_VALUE in Java, the largest safe integer here. */
const endOfTime = Number.MAX_SAFE_INTEGER
const javaEndOfTime = { $long: '9223372036854775807' }

export function isWindowed(value: unknown): value is Windowed<unknown> {
  return isObject(value) && isObject(value['window']) && 'start' in value['window'] && 'key' in value
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}

/** A JSON rendering as the value that a serde of this name writes. */
export function fromRendering(rendered: unknown, serde: unknown): unknown {
  if (rendered === null || rendered === undefined) return null
  if (serde === 'json') return rendered
  if (serde === 'bytes') return hexBytes(rendered as string)
  if (!isObject(rendered)) return rendered
  if ('$long' in rendered) return BigInt(rendered['$long'] as string)
  if ('$double' in rendered) return rendered['$double'] === '-0' ? -0 : Number(rendered['$double'])
  const { key, start, end } = rendered
  const inner = isObject(serde) ? serde['inner'] : undefined
  return { key: fromRendering(key, inner), window: { start, end: isObject(end) ? endOfTime : end } }
}

/** A value as the vectors write it. */
export function rendering(value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (typeof value === 'number') return renderedNumber(value)
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : { $long: String(value) }
  }
  if (value instanceof Uint8Array) return bytesHex(value)
  if (isWindowed(value)) {
    const { start, end } = value.window
    return { key: rendering(value.key), start, end: end === endOfTime ? javaEndOfTime : end }
  }
  return value
}

function renderedNumber(value: number): unknown {
  if (Object.is(value, -0)) return { $double: '-0' }
  return Number.isFinite(value) ? value : { $double: String(value) }
}

export function hexBytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

export function bytesHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

export function hexOrNull(bytes: Uint8Array | null): string | null {
  return bytes && bytesHex(bytes)
}

/** Java's equality of values: numbers by size, everything else by content. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b) === 0
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element, index) => sameValue(element, b[index]))
  }
  if (isObject(a) && isObject(b)) {
    const names = Object.keys(a)
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => name in b && sameValue(a[name], b[name]))
    )
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return bytesHex(a) === bytesHex(b)
  return (a ?? null) === (b ?? null)
}

export type Numeric = number | bigint

export function isNumeric(value: unknown): value is Numeric {
  return typeof value === 'number' || typeof value === 'bigint'
}

export function compareNumbers(a: Numeric, b: Numeric): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** `toString` of the expression language, which processors use too. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (isWindowed(value)) return `[${shownValue(value.key)}@${shownWindow(value)}]`
  return String(value)
}

export function shownWindow({ window }: Windowed<unknown>): string {
  const end = window.end === endOfTime ? javaEndOfTime.$long : window.end
  return `${window.start}/${end}`
}
