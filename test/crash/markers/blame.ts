import { utf8Text } from '../../../src/core/bytes.ts'
import { partitionFor } from '../../../src/protocol/partitioner.ts'
import { decodeBatches } from '../../../src/protocol/record-batch/decode.ts'
import { pipelinePartitions } from '../pipeline.ts'
import { resultIn } from '../verification.ts'
import type { OutputVerdict, WrongResult } from '../verify.ts'
import { describeMissing, type MarkerAudit, type MissingMarker } from './marker-audit.ts'
import { isMarker } from './partition-log.ts'

/** Where what is wrong comes from, as the broker's files prove. */
export interface Blame {
  /** Every marker that is missing, in words. */
  readonly missing: readonly string[]
  /** One of the transactions is still open to readers. */
  readonly open: boolean
  /** So many wrong results come from a transaction that lacks one. */
  readonly proven: number
  /** All others, in words. */
  readonly unproven: readonly string[]
}

/**
 * A result that came twice is Kafka's doing if one that counts is of a transaction that lacks a marker, on whatever
 * partition: then its records, or its offsets, or its changelog ended otherwise than it did. One that is lost is if there
 * is one that does not count, of such a transaction.
 */
export function blame(verdicts: readonly OutputVerdict[], audit: MarkerAudit): Blame {
  let proven = 0
  const unproven: string[] = []
  for (const { topic, wrong, disordered, unexpected, mistimed } of verdicts) {
    const copies = wrong.length > 0 ? copiesOf(topic, audit) : new Map<string, readonly Copy[]>()
    for (const one of wrong) {
      const its = copies.get(nameOf(one.key, one.result)) ?? []
      const culprit = its.find(
        ({ committed, missing }) => committed === (one.kind === 'duplicated') && missing.length > 0,
      )
      if (culprit) proven++
      else unproven.push(describe(topic, one, its))
    }
    if (disordered + unexpected + mistimed > 0)
      unproven.push(`${topic}: ${disordered + unexpected + mistimed} results are wrong otherwise`)
  }
  return {
    missing: audit.missing.map(describeMissing),
    open: audit.missing.some(({ open }) => open),
    proven,
    unproven,
  }
}

interface Copy {
  readonly where: string
  readonly committed: boolean
  readonly missing: readonly MissingMarker[]
}

/** Every record of a topic by key and result, those that do not count too. */
function copiesOf(topic: string, audit: MarkerAudit): ReadonlyMap<string, readonly Copy[]> {
  const read = resultIn[topic]
  const copies = new Map<string, Copy[]>()
  if (!read) return copies
  for (let number = 0; number < pipelinePartitions; number++) {
    const partition = `${topic}-${number}`
    for (const { header, bytes } of audit.log(partition)) {
      if (isMarker(header)) continue
      for (const { key, value, offset } of decodeBatches(bytes)) {
        if (partitionFor(key!, pipelinePartitions) !== number) continue
        const name = nameOf(utf8Text(key!), read(value!))
        const copy = { where: `${partition}@${offset}`, ...audit.judge(partition, header.producerId, offset) }
        const known = copies.get(name)
        if (known) known.push(copy)
        else copies.set(name, [copy])
      }
    }
  }
  return copies
}

function nameOf(key: string, result: string): string {
  return `${key} = ${result}`
}

function describe(topic: string, { kind, key, result }: WrongResult, copies: readonly Copy[]): string {
  const its = copies.map(({ where, committed }) => `${where} ${committed ? 'counts' : 'does not count'}`)
  return `${topic}: ${nameOf(key, result)} ${kind}, and no transaction of it lacks a marker (${its.join(', ') || 'no record'})`
}
