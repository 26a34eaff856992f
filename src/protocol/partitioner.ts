const seed = 0x9747_b28c
const multiplier = 0x5bd1_e995

/** MurmurHash2 as in Java's `Utils.murmur2`; a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes
  let hash = seed ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) {
    let block = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    block = Math.imul(block, multiplier)
    block ^= block >>> 24
    hash = Math.imul(hash, multiplier) ^ Math.imul(block, multiplier)
  }
  if (at < length) {
    for (let i = length - 1; i >= at; i--) hash ^= bytes[i]! << (8 * (i - at))
    hash = Math.imul(hash, multiplier)
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return hash ^ (hash >>> 15)
}

/** Where Java's default partitioner sends a record that has a key. */
export function partitionFor(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fff_ffff) % partitions
}
