import {
  compareNumbers,
  isNumeric,
  isObject,
  isWindowed,
  type Numeric,
  sameValue,
  shownValue,
} from './values.ts'

type Fn = (...args: readonly never[]) => unknown

// ---- functions that see nulls

export const nullAware: Readonly<Record<string, Fn>> = {
  not: (x: unknown) => x !== true,
  isNull: (x: unknown) => x === null,
  ifNull: (x: unknown, otherwise: unknown) => x ?? otherwise,
  eq: (a: unknown, b: unknown) => sameValue(a, b),
  ne: (a: unknown, b: unknown) => !sameValue(a, b),
  concat: (...parts: unknown[]) => parts.map(shownValue).join(''),
  toString: (x: unknown) => shownValue(x),
  list: (...elements: unknown[]) => elements,
  kv: (key: unknown, value: unknown) => [key, value],
  obj: (...members: unknown[]) => {
    const result: Record<string, unknown> = {}
    for (let at = 0; at < members.length; at += 2) result[String(members[at])] = members[at + 1]
    return result
  },
  throw: (message: unknown) => {
    throw new Error(shownValue(message))
  },
}

// ---- functions that are null if any argument is

export const nullPropagating: Readonly<Record<string, Fn>> = {
  upper: (s: string) => s.toUpperCase(),
  lower: (s: string) => s.toLowerCase(),
  reverse: (s: string) => [...s].reverse().join(''),
  length: (s: string) => s.length,
  prefix: (s: string, n: number) => s.slice(0, n),
  suffix: (s: string, n: number) => s.slice(Math.max(0, s.length - n)),
  drop: (s: string, n: number) => s.slice(n),
  firstChar: (s: string) => s.slice(0, 1),
  split: (s: string, separator: string) => s.split(separator),
  repeat: (s: string, n: number) => s.repeat(n),
  startsWith: (s: string, part: string) => s.startsWith(part),
  endsWith: (s: string, part: string) => s.endsWith(part),
  contains: (s: string, part: string) => s.includes(part),
  parseLong: (s: string) => {
    if (!/^[+-]?\d+$/.test(s)) throw new Error(`For input string: "${s}"`)
    return long(BigInt(s.replace('+', '')))
  },
  toDouble: (x: Numeric) => Number(x),
  toLong: (x: Numeric) => (typeof x === 'number' ? Math.trunc(x) : x),
  isEven: (x: Numeric) => BigInt(x) % 2n === 0n,
  add: fold(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  sub: fold(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  mul: fold(
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  mod: fold(
    (a, b) => a % b,
    (a, b) => a % b,
  ),
  max: fold(Math.max, larger),
  min: fold(Math.min, (a, b) => (larger(a, b) === a ? b : a)),
  lt: (a: never, b: never) => order(a, b) < 0,
  le: (a: never, b: never) => order(a, b) <= 0,
  gt: (a: never, b: never) => order(a, b) > 0,
  ge: (a: never, b: never) => order(a, b) >= 0,
  index: (list: readonly unknown[], at: number) => list[at] ?? null,
  size: (list: readonly unknown[]) => list.length,
  append: (list: readonly unknown[], x: unknown) => [...list, x],
  join: (list: readonly unknown[], separator: string) => list.map(shownValue).join(separator),
  field: (value: unknown, name: string) => (isObject(value) ? (value[name] ?? null) : null),
  setField: (value: Record<string, unknown>, name: string, x: unknown) => ({ ...value, [name]: x }),
  windowKey: (key: unknown) => windowed(key).key,
  windowStart: (key: unknown) => windowed(key).window.start,
  windowEnd: (key: unknown) => windowed(key).window.end,
}

function order(a: unknown, b: unknown): number {
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b)
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  throw new TypeError(`cannot compare ${shownValue(a)} and ${shownValue(b)}`)
}

function windowed(key: unknown): { readonly key: unknown; readonly window: { start: number; end: number } } {
  if (isWindowed(key)) return key
  throw new TypeError(`not a windowed key: ${shownValue(key)}`)
}

/** By numbers where they are exact, else, for whole numbers, in 64 bits as Java. */
function fold(
  numbers: (a: number, b: number) => number,
  longs: (a: bigint, b: bigint) => bigint,
): (...args: readonly Numeric[]) => Numeric {
  const two = (a: Numeric, b: Numeric): Numeric => {
    if (typeof a === 'number' && typeof b === 'number') {
      const result = numbers(a, b)
      if (!Number.isInteger(a) || !Number.isInteger(b) || Number.isSafeInteger(result)) return result
    }
    if (!whole(a) || !whole(b)) return numbers(Number(a), Number(b))
    return long(longs(BigInt(a), BigInt(b)))
  }
  return (...args) => {
    for (const arg of args) {
      if (!isNumeric(arg)) throw new TypeError(`not a number: ${shownValue(arg)}`)
    }
    return args.reduce(two)
  }
}

function larger(a: bigint, b: bigint): bigint {
  return b > a ? b : a
}

function whole(value: Numeric): boolean {
  return typeof value === 'bigint' || Number.isInteger(value)
}

function long(value: bigint): Numeric {
  const wrapped = BigInt.asIntN(64, value)
  return Number.isSafeInteger(Number(wrapped)) ? Number(wrapped) : wrapped
}
