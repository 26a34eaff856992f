/** The key that comes next. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(key.length + 1)
  bytes.set(key)
  return bytes
}

/** The first key above all that begin with `prefix`; undefined if there is none. */
export function afterPrefix(prefix: Uint8Array): Uint8Array | undefined {
  const last = prefix.findLastIndex((byte) => byte < 0xff)
  if (last < 0) return undefined
  const bytes = prefix.slice(0, last + 1)
  bytes[last]! += 1
  return bytes
}
