/** Hashes: Kafka's for partitions, and the state table's own. */

/** Java's Utils.murmur2. */
export function murmur2(p: usize, length: i32): u32 {
  const m: u32 = 0x5bd1e995
  let hash: u32 = 0x9747b28c ^ <u32>length
  for (const end = p + (length & ~3); p < end; p += 4) {
    const k = load<u32>(p) * m
    hash = (hash * m) ^ ((k ^ (k >>> 24)) * m)
  }
  const rest = length & 3
  if (rest == 3) hash ^= <u32>load<u8>(p, 2) << 16
  if (rest >= 2) hash ^= <u32>load<u8>(p, 1) << 8
  if (rest) hash = (hash ^ <u32>load<u8>(p)) * m
  hash = (hash ^ (hash >>> 13)) * m
  return hash ^ (hash >>> 15)
}

/** Kafka's default partitioner of a non-null key. */
@inline
export function partitionFor(key: usize, length: i32, partitions: i32): i32 {
  return <i32>((murmur2(key, length) & 0x7fffffff) % <u32>partitions)
}

const K1: u64 = 0x9e3779b185ebca87
const K2: u64 = 0xc2b2ae3d27d4eb4f

@inline
function mix(hash: u64, word: u64): u64 {
  const product = (hash ^ word) * K1
  return product ^ (product >> 32)
}

/** The hash of a row: of its window's start and its key, eight bytes a step, the last step overlapping the one before. */
@inline
export function rowHash(start: i64, p: usize, length: i32): u32 {
  let hash = mix(<u64>length * K2, <u64>start)
  if (length >= 8) {
    const last = p + length - 8
    for (; p < last; p += 8) hash = mix(hash, load<u64>(p))
    hash = mix(hash, load<u64>(last))
  } else if (length >= 4) hash = mix(hash, <u64>load<u32>(p) | (<u64>load<u32>(p + length - 4) << 32))
  else if (length > 0)
    hash = mix(
      hash,
      <u64>load<u8>(p) | (<u64>load<u8>(p + (length >> 1)) << 8) | (<u64>load<u8>(p + length - 1) << 16),
    )
  return <u32>((hash * K2) >> 32)
}
