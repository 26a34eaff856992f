import { concatBytes, putInt64, utf8 } from '../../core/bytes.ts'
import { unreachable } from '../../core/errors.ts'
import type { KeyPart } from '../program.ts'

type PartOf = (key: Uint8Array, start: number) => Uint8Array

/** Makes the output keys of a region from its template. */
export class OutputKey {
  readonly #parts: readonly PartOf[]

  constructor(template: readonly KeyPart[], windowSizeMs: number) {
    this.#parts = template.map((part) => partOf(part, windowSizeMs))
  }

  of(key: Uint8Array, start: number): Uint8Array {
    return concatBytes(this.#parts.map((part) => part(key, start)))
  }
}

function partOf(part: KeyPart, windowSizeMs: number): PartOf {
  switch (part.kind) {
    case 'literal': {
      const text = utf8(part.text)
      return () => text
    }
    case 'key':
      return (key) => key
    case 'start':
      return (_, start) => int64(start)
    case 'time': {
      const offset = part.of === 'end' ? windowSizeMs : 0
      return (_, start) => utf8(formatTime(part.pattern, start + offset))
    }
    default:
      return unreachable(part)
  }
}

export function int64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  putInt64(new DataView(bytes.buffer), 0, value)
  return bytes
}

/** Runs of a letter of `yMdHmsS` become that number, zero-padded to the length of the run; UTC. */
export function formatTime(pattern: string, time: number): string {
  const date = new Date(time % calendarCycle)
  const numbers: Readonly<Record<string, number>> = {
    y: date.getUTCFullYear() + 400 * Math.floor(time / calendarCycle),
    M: date.getUTCMonth() + 1,
    d: date.getUTCDate(),
    H: date.getUTCHours(),
    m: date.getUTCMinutes(),
    s: date.getUTCSeconds(),
    S: date.getUTCMilliseconds(),
  }
  return pattern.replace(/y+|M+|d+|H+|m+|s+|S+/g, (run) => `${numbers[run[0]!]}`.padStart(run.length, '0'))
}

/** Calendar days repeat every 400 years; a Date ends before 2^53 ms. */
const calendarCycle = 146_097 * 86_400_000
