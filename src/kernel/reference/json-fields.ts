import { utf8Text } from '../../core/bytes.ts'

/** JSON.parse never returns undefined. */
export const malformed = undefined

/** @returns the JSON value, or `malformed`. Malformed UTF-8 inside strings is read as U+FFFD. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8Text(bytes))
  } catch (error) {
    if (error instanceof SyntaxError) return malformed
    throw error
  }
}

/** Follows a path through plain objects. @returns undefined when the field is absent. */
export function fieldAt(root: unknown, path: readonly string[]): unknown {
  let value = root
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    if (!Object.hasOwn(value, name)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return value
}
