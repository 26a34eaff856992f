/**
 * A value of a serde as JSON has it: bigint as text, bytes in base64, NaN and the infinities as text (`"NaN"`); dates,
 * maps and sets as people expect. A Windowed key is `{ key, window: { start, end } }`, as in the program.
 */
export function jsonValue(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return value.toString()
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'object':
      return value === null ? null : jsonObject(value)
    case 'string':
    case 'boolean':
      return value
    default:
      return null
  }
}

export function jsonText(value: unknown): string {
  return JSON.stringify(jsonValue(value))
}

function jsonObject(value: object): unknown {
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  if (value instanceof Map) return [...value].map(([key, entry]) => [jsonValue(key), jsonValue(entry)])
  if (Array.isArray(value) || value instanceof Set) return [...value].map(jsonValue)
  if ('toJSON' in value && typeof value.toJSON === 'function') return jsonValue(value.toJSON())
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => (part === undefined ? [] : [[name, jsonValue(part)]])),
  )
}
