/** The tokens of JSON (RFC 8259). Each function gets a position and returns the one after the token, 0 if it is malformed. */

export const QUOTE: u32 = 0x22
export const COMMA: u32 = 0x2c
export const COLON: u32 = 0x3a
export const MINUS: u32 = 0x2d
export const OPEN_ARRAY: u32 = 0x5b
export const CLOSE_ARRAY: u32 = 0x5d
export const OPEN_OBJECT: u32 = 0x7b
export const CLOSE_OBJECT: u32 = 0x7d
const BACKSLASH: u32 = 0x5c
const LAST_CONTROL: i8 = 0x1f

/** Did the string last passed hold an escape? */
export let escaped: bool = false

/** Skips white space. */
@inline
export function space(p: usize): usize {
  return load<u8>(p) > 0x20 ? p : skipSpace(p)
}

function skipSpace(p: usize): usize {
  let c = load<u8>(p)
  while (c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09) c = load<u8>(++p)
  return p
}

@inline
export function digit(c: u32): bool {
  return c - 0x30 <= 9
}

/**
 * A string from after its first quote: @returns the position of its last. Sixteen bytes a step; it may look 15 bytes past the
 * string, and stops at the control character that `json.ts` puts behind the document.
 */
@inline
export function stringEnd(p: usize): usize {
  escaped = false
  const mask = special(p)
  if (!mask) return longStringEnd(p + 16)
  p += ctz(mask)
  return load<u8>(p) == QUOTE ? p : longStringEnd(p)
}

function longStringEnd(p: usize): usize {
  while (true) {
    const mask = special(p)
    if (!mask) {
      p += 16
      continue
    }
    p += ctz(mask)
    const c = load<u8>(p)
    if (c == QUOTE) return p
    if (c != BACKSLASH) return 0
    escaped = true
    p = escapeEnd(p + 1)
    if (!p) return 0
  }
}

/** A bit for each of 16 bytes that is a quote, a backslash or a control character. */
@inline
function special(p: usize): i32 {
  const bytes = v128.load(p)
  const quotes = i8x16.eq(bytes, i8x16.splat(<i8>QUOTE))
  const backslashes = i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH))
  const controls = i8x16.le_u(bytes, i8x16.splat(LAST_CONTROL))
  return i8x16.bitmask(v128.or(v128.or(quotes, backslashes), controls))
}

function escapeEnd(p: usize): usize {
  switch (load<u8>(p)) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return p + 1
    case 0x75: // u
      return hex(load<u8>(p, 1)) && hex(load<u8>(p, 2)) && hex(load<u8>(p, 3)) && hex(load<u8>(p, 4)) ? p + 5 : 0
    default:
      return 0
  }
}

@inline
function hex(c: u32): bool {
  return digit(c) || (c | 0x20) - 0x61 <= 5
}

@inline
export function literalEnd(p: usize): usize {
  const word = load<u32>(p)
  if (word == 0x65757274 || word == 0x6c6c756e) return p + 4 // true, null
  return word == 0x736c6166 && load<u8>(p, 4) == 0x65 ? p + 5 : 0 // false
}

/** -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
@inline
export function numberEnd(p: usize): usize {
  if (load<u8>(p) == MINUS) p++
  if (load<u8>(p) == 0x30) p++
  else {
    p = digitsEnd(p)
    if (!p) return 0
  }
  if (load<u8>(p) == 0x2e) {
    p = digitsEnd(p + 1)
    if (!p) return 0
  }
  if ((load<u8>(p) | 0x20) != 0x65) return p
  p++
  const sign = load<u8>(p)
  return digitsEnd(sign == 0x2b || sign == MINUS ? p + 1 : p)
}

/** At least one digit. */
@inline
function digitsEnd(p: usize): usize {
  if (!digit(load<u8>(p))) return 0
  do p++
  while (digit(load<u8>(p)))
  return p
}
