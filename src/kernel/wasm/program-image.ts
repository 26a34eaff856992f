import type { SerdeFormat } from '../../serde/serde.ts'
import type { Predicate, RegionProgram } from '../program.ts'
import { layOutFilter } from './filter-code.ts'
import { layOutKeyParts } from './key-parts.ts'
import { MemoryImage } from './memory-image.ts'
import { layOutPaths } from './path-tree.ts'

const programBytes = 112
const doublesAt = 80
const changelogMode = { each: 1, coalesced: 2 } as const

/** Lays out a program as assembly/program.ts reads it, for memory at `base`. It begins with the Program itself. */
export function programImage(program: RegionProgram, base: number): Uint8Array {
  const { aggregate, timestamp, output, changelog } = program
  const { windows } = aggregate
  const image = new MemoryImage(base)
  image.reserve(programBytes)
  const paths = layOutPaths(image, program.fields)
  const filter = layOutFilter(image, program.filter, paths.columns)
  const keyParts = layOutKeyParts(image, output?.key ?? [])
  image.words(
    base,
    formatCode(program.keyFormat),
    formatCode(program.valueFormat),
    paths.size,
    program.valueFormat === 'json' ? paths.root : 0,
    needsParse(program) ? 1 : 0,
    timestamp ? paths.columns[timestamp.field]! : -1,
    timestamp?.unitMs ?? 1,
    filter.at,
    filter.length,
    filter.depth,
    aggregate.nullValues === 'drop' ? 1 : 0,
    windows ? 1 : 0,
    changelog ? changelogMode[changelog.mode] : 0,
    output?.partitions ?? 0,
    output?.partitionBy === 'key' ? 1 : 0,
    keyParts.at,
    keyParts.length,
    keyParts.size,
    program.batchBytes,
  )
  image.doubles(
    base + doublesAt,
    windows?.sizeMs ?? 0,
    windows?.graceMs ?? 0,
    windows?.retentionMs ?? 0,
    windows?.segmentMs ?? 1,
  )
  return image.bytes
}

function formatCode(format: SerdeFormat): number {
  if (typeof format === 'number') return format
  return format === 'json' ? -1 : -2
}

/** Names and texts with U+FFFD or half a surrogate pair are compared as JSON.parse decodes them, not by their bytes. */
function needsParse({ fields, filter }: RegionProgram): boolean {
  const isInexact = (text: unknown): boolean =>
    typeof text === 'string' && /[\ufffd\ud800-\udfff]/u.test(text)
  return fields.some((path) => path.some(isInexact)) || constants(filter).some(isInexact)
}

function constants(predicate: Predicate | undefined): readonly unknown[] {
  if (!predicate) return []
  if (predicate.kind === 'compare') return [predicate.value]
  if (predicate.kind === 'not') return constants(predicate.operand)
  return [...constants(predicate.left), ...constants(predicate.right)]
}
