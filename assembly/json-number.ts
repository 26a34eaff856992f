/** The value of a JSON number, where doubles decide it exactly. */
import { digit, MINUS } from './json-text'

const LARGEST_POWER: i32 = 22
const powers: usize = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
])

/** More digits could overflow 64 bits. */
const MOST_DIGITS: i32 = 19
const EXACT: u64 = 1 << 53

let mantissa: u64 = 0
let digits: i32 = 0

/**
 * The number at p, which ends at `end` and is well-formed. Clinger's fast path: a whole number up to 2^53 and a power of ten up to
 * 10^22 are exact doubles, so one multiplication or division rounds correctly. @returns NaN for all others.
 */
export function numberValue(p: usize, end: usize): f64 {
  const negative = load<u8>(p) == MINUS
  mantissa = 0
  digits = 0
  p = takeDigits(negative ? p + 1 : p)
  let exponent = 0
  if (p < end && load<u8>(p) == 0x2e) {
    const fraction = p + 1
    p = takeDigits(fraction)
    exponent = -<i32>(p - fraction)
  }
  if (digits > MOST_DIGITS) return NaN
  if (p < end && mantissa) exponent += exponentAt(p + 1, end)
  const value = scaled(mantissa, exponent)
  return negative ? -value : value
}

/** Without a power to multiply by, the conversion alone rounds: correctly, whatever the number. */
@inline
function scaled(mantissa: u64, exponent: i32): f64 {
  if (!exponent || !mantissa) return <f64>mantissa
  if (mantissa > EXACT || exponent < -LARGEST_POWER || exponent > LARGEST_POWER) return NaN
  return exponent < 0
    ? <f64>mantissa / load<f64>(powers + (<usize>-exponent << 3))
    : <f64>mantissa * load<f64>(powers + (<usize>exponent << 3))
}

/** Leading zeros do not count as digits. */
@inline
function takeDigits(p: usize): usize {
  let value = mantissa
  let taken = digits
  for (let c = <u32>load<u8>(p); digit(c); c = load<u8>(++p)) {
    value = value * 10 + (c - 0x30)
    if (taken || c != 0x30) taken++
  }
  mantissa = value
  digits = taken
  return p
}

/** The exponent behind its e; a huge one stays huge. */
function exponentAt(p: usize, end: usize): i32 {
  const negative = load<u8>(p) == MINUS
  if (negative || load<u8>(p) == 0x2b) p++
  let value = 0
  for (; p < end; p++) if (value < 100_000) value = value * 10 + (load<u8>(p) - 0x30)
  return negative ? -value : value
}
