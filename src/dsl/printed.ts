import { hex } from '../core/bytes.ts'
import { endOfTime, type Windowed } from '../serde/windowed.ts'

const javaEndOfTime = '9223372036854775807'

/**
 * A key or a value as `print` writes it: text as it is, windowed keys as Java's Windowed prints itself, bytes in hex,
 * and what JavaScript has no text for as JSON.
 */
export function printed(data: unknown): string {
  if (data instanceof Uint8Array) return hex(data)
  if (typeof data !== 'object' || data === null) return String(data)
  if (!isWindowed(data)) return JSON.stringify(data, bigintAsText)
  const { start, end } = data.window
  return `[${printed(data.key)}@${start}/${end === endOfTime ? javaEndOfTime : end}]`
}

function isWindowed(data: object): data is Windowed<unknown> {
  return 'key' in data && 'window' in data && Object.keys(data).length === 2
}

function bigintAsText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
