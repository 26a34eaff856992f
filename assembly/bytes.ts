/** Big-endian numbers and short copies. */

@inline
export function get16(p: usize): i32 {
  return <i32>bswap<u16>(load<u16>(p))
}

@inline
export function get32(p: usize): i32 {
  return <i32>bswap<u32>(load<u32>(p))
}

@inline
export function get64(p: usize): i64 {
  return <i64>bswap<u64>(load<u64>(p))
}

@inline
export function put16(p: usize, value: i32): void {
  store<u16>(p, bswap<u16>(<u16>value))
}

@inline
export function put32(p: usize, value: i32): void {
  store<u32>(p, bswap<u32>(<u32>value))
}

@inline
export function put64(p: usize, value: i64): void {
  store<u64>(p, bswap<u64>(<u64>value))
}

/** Keys are short: words and an overlapping tail beat memory.copy, whose call costs as much as 64 bytes. */
@inline
export function copy(to: usize, from: usize, length: i32): void {
  if (length > 64) memory.copy(to, from, length)
  else if (length >= 8) {
    const last: usize = length - 8
    for (let i: usize = 0; i < last; i += 8) store<u64>(to + i, load<u64>(from + i))
    store<u64>(to + last, load<u64>(from + last))
  } else for (let i: usize = 0; i < <usize>length; i++) store<u8>(to + i, load<u8>(from + i))
}

@inline
export function equal(a: usize, b: usize, length: i32): bool {
  if (length >= 8) {
    const last: usize = length - 8
    for (let i: usize = 0; i < last; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false
    return load<u64>(a + last) == load<u64>(b + last)
  }
  if (length >= 4)
    return load<u32>(a) == load<u32>(b) && load<u32>(a + length - 4) == load<u32>(b + length - 4)
  for (let i: usize = 0; i < <usize>length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false
  return true
}
