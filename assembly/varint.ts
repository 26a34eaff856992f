/**
 * Kafka's varints: zigzag, seven bits a byte. Readers come in pairs (value, size) so that the caller keeps its position in a
 * local. They never look past 5 (10) bytes; one that is longer raises `overlong`, which the caller checks once a record.
 */

export let overlong: bool = false

export function clearOverlong(): void {
  overlong = false
}

function longVarint(p: usize): i32 {
  let bits: u32 = 0
  for (let shift: u32 = 0; shift < 35; shift += 7) {
    const byte = <u32>load<u8>(p++)
    bits |= (byte & 0x7f) << shift
    if (byte < 0x80) break
  }
  return unzigzag32(bits)
}

function longVarlong(p: usize): i64 {
  let bits: u64 = 0
  for (let shift: u64 = 0; shift < 70; shift += 7) {
    const byte = <u64>load<u8>(p++)
    bits |= (byte & 0x7f) << shift
    if (byte < 0x80) break
  }
  return <i64>(bits >>> 1) ^ -<i64>(bits & 1)
}

function longSize(p: usize, most: usize): usize {
  for (let size: usize = 1; size <= most; size++) if (load<u8>(p++) < 0x80) return size
  overlong = true
  return most
}

@inline
function unzigzag32(bits: u32): i32 {
  return <i32>(bits >>> 1) ^ -(<i32>(bits & 1))
}

@inline
export function varint(p: usize): i32 {
  const first = <u32>load<u8>(p)
  if (first < 0x80) return unzigzag32(first)
  const second = <u32>load<u8>(p, 1)
  return second < 0x80 ? unzigzag32((first & 0x7f) | (second << 7)) : longVarint(p)
}

@inline
export function varintSize(p: usize): usize {
  if (load<u8>(p) < 0x80) return 1
  return load<u8>(p, 1) < 0x80 ? 2 : longSize(p, 5)
}

@inline
export function varlong(p: usize): i64 {
  const first = <u32>load<u8>(p)
  if (first < 0x80) return <i64>unzigzag32(first)
  const second = <u32>load<u8>(p, 1)
  return second < 0x80 ? <i64>unzigzag32((first & 0x7f) | (second << 7)) : longVarlong(p)
}

@inline
export function varlongSize(p: usize): usize {
  if (load<u8>(p) < 0x80) return 1
  return load<u8>(p, 1) < 0x80 ? 2 : longSize(p, 10)
}

@inline
function zigzag32(value: i32): u32 {
  return <u32>((value << 1) ^ (value >> 31))
}

@inline
function zigzag64(value: i64): u64 {
  return <u64>((value << 1) ^ (value >> 63))
}

/** Bytes that `putVarint` writes. */
@inline
export function sizeOfVarint(value: i32): i32 {
  return (38 - <i32>clz(zigzag32(value) | 1)) / 7
}

@inline
export function sizeOfVarlong(value: i64): i32 {
  return (70 - <i32>clz(zigzag64(value) | 1)) / 7
}

/** @returns the position after it. */
@inline
export function putVarint(p: usize, value: i32): usize {
  let bits = zigzag32(value)
  while (bits >= 0x80) {
    store<u8>(p++, bits | 0x80)
    bits >>>= 7
  }
  store<u8>(p, bits)
  return p + 1
}

@inline
export function putVarlong(p: usize, value: i64): usize {
  let bits = zigzag64(value)
  while (bits >= 0x80) {
    store<u8>(p++, <u32>bits | 0x80)
    bits >>>= 7
  }
  store<u8>(p, <u32>bits)
  return p + 1
}
