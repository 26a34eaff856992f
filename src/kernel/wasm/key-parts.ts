import { unreachable } from '../../core/errors.ts'
import type { KeyPart } from '../program.ts'
import type { MemoryImage } from './memory-image.ts'

export interface KeyParts {
  readonly at: number
  readonly length: number
  /** Bytes that they take at most, the record key apart. */
  readonly size: number
}

/** One part as assembly/output-key.ts has it. */
type Part =
  | { readonly code: 'literal'; readonly text: string }
  | { readonly code: 'key' | 'start' }
  | { readonly code: 'time'; readonly letter: string; readonly width: number; readonly ofEnd: boolean }

const codes = { literal: 0, key: 1, start: 2, time: 3 } as const
const partBytes = 20
/** Of a year before 2^53 ms. */
const mostDigits = 6

export function layOutKeyParts(image: MemoryImage, template: readonly KeyPart[]): KeyParts {
  const parts = template.flatMap(partsOf)
  const at = image.reserve(parts.length * partBytes)
  let size = 0
  parts.forEach((part, i) => {
    const here = at + i * partBytes
    image.words(here, codes[part.code])
    if (part.code === 'literal') {
      const text = image.text(part.text)
      image.words(here + 4, text.at, text.length)
      size += text.length
    } else if (part.code === 'time') {
      image.words(here + 8, part.width, part.letter.charCodeAt(0), part.ofEnd ? 1 : 0)
      size += Math.max(part.width, mostDigits)
    } else if (part.code === 'start') size += 8
  })
  return { at, length: parts.length, size }
}

function partsOf(part: KeyPart): readonly Part[] {
  switch (part.kind) {
    case 'literal':
      return [{ code: 'literal', text: part.text }]
    case 'key':
    case 'start':
      return [{ code: part.kind }]
    case 'time': {
      const ofEnd = part.of === 'end'
      return (part.pattern.match(/y+|M+|d+|H+|m+|s+|S+|[^yMdHmsS]+/g) ?? []).map((run) =>
        /[yMdHmsS]/.test(run)
          ? { code: 'time', letter: run[0]!, width: run.length, ofEnd }
          : { code: 'literal', text: run },
      )
    }
    default:
      return unreachable(part)
  }
}
