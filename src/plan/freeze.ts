/** Freezes plain objects and arrays; serdes, engines and functions belong to their makers. */
export function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const member of Object.values(value)) {
    if (isPlain(member) && !Object.isFrozen(member)) deepFreeze(member)
  }
  return Object.freeze(value)
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  return Object.getPrototypeOf(value) === Object.prototype && !('serialize' in value) && !('open' in value)
}
