/** Calendar fields of a time in UTC, as digits. */

const DAY: i64 = 86_400_000
/** Days from 0000-03-01 to 1970-01-01; days of 400 years, which repeat. */
const EPOCH: i64 = 719_468
const CYCLE: i64 = 146_097

/** Writes the field that a letter of `yMdHmsS` names, zero-padded to `width`. @returns the position after it. */
export function putNumber(p: usize, letter: i32, time: i64, width: i32): usize {
  const value = fieldOf(letter, time)
  let digits = 1
  for (let rest = value / 10; rest; rest /= 10) digits++
  const length = max(width, digits)
  let rest = value
  for (let i = length - 1; i >= 0; i--) {
    store<u8>(p + i, 0x30 + <u32>(rest % 10))
    rest /= 10
  }
  return p + length
}

function fieldOf(letter: i32, time: i64): i64 {
  switch (letter) {
    case 0x48: // H
      return (time / 3_600_000) % 24
    case 0x6d: // m
      return (time / 60_000) % 60
    case 0x73: // s
      return (time / 1000) % 60
    case 0x53: // S
      return time % 1000
    default:
      return dateField(letter, time / DAY)
  }
}

/** Years are counted from March, so that the leap day is their last (Howard Hinnant's civil_from_days). */
function dateField(letter: i32, day: i64): i64 {
  const shifted = day + EPOCH
  const inCycle = shifted % CYCLE
  const yearOfCycle = (inCycle - inCycle / 1460 + inCycle / 36_524 - inCycle / 146_096) / 365
  const inYear = inCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
  const monthFromMarch = (5 * inYear + 2) / 153
  if (letter == 0x64) return inYear - (153 * monthFromMarch + 2) / 5 + 1 // d
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  if (letter == 0x4d) return month // M
  return (shifted / CYCLE) * 400 + yearOfCycle + (month <= 2 ? 1 : 0) // y
}
