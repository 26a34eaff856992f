// Whether a case has passed: as it runs by default and, if that was in the kernel, without the kernel too.

import type { ConformanceCase, GivenCase } from './case.ts'
import { differences } from './comparison.ts'
import { execute } from './execution.ts'

export interface Verdict {
  readonly name: string
  readonly area: string
  readonly result: 'passed' | 'failed' | 'skipped'
  /** Of a case that failed, or would have failed had it not been skipped. */
  readonly differences: readonly string[]
  /** Why a case was skipped. */
  readonly reason?: string
  /** The case ran in the kernel; then it ran again without. */
  readonly lowered: boolean
}

export function judge(conformanceCase: ConformanceCase): Verdict {
  const { name, area } = conformanceCase
  const { lowered, found } = runs(conformanceCase)
  const verdict = { name, area, differences: found, lowered }
  if (found.length === 0) return { ...verdict, result: 'passed' }
  const reason = optional(conformanceCase)
  return reason === undefined ? { ...verdict, result: 'failed' } : { ...verdict, result: 'skipped', reason }
}

function runs(conformanceCase: ConformanceCase): { readonly lowered: boolean; readonly found: string[] } {
  const given = givenPart(conformanceCase)
  try {
    const run = execute(given, 'auto')
    const { lowered } = run
    const found = [...differences(conformanceCase, run)]
    if (lowered) {
      const plain = differences(conformanceCase, execute(given, 'off'))
      found.push(...plain.map((line) => `without the kernel: ${line}`))
    }
    return { lowered, found }
  } catch (error) {
    // Of describing, reading stores and the like; the other cases go on.
    return { lowered: false, found: [`broke: ${(error as Error).stack}`] }
  }
}

/** A case without its name and what was recorded, which nothing that builds or runs it may know. */
function givenPart({ config, driver, api, serdes, topology, inputs }: ConformanceCase): GivenCase {
  return { config, serdes, topology, inputs, ...(driver && { driver }), ...(api && { api }) }
}

/** Why a case need not pass, of those that the format calls optional. */
function optional({ area, config, topology, quirk }: ConformanceCase): string | undefined {
  if (area === 'store-format-headers' || config['dsl.store.format'] !== undefined)
    return "stores of Kafka 4.3's format with headers are optional"
  if (area === 'cache-eviction') return "depends on Java's accounting of the bytes in its cache"
  if (topology.some(({ buffer }) => buffer?.maxBytes !== undefined)) {
    return "depends on Java's accounting of the bytes in its buffer"
  }
  return quirk === undefined ? undefined : `pins an oddity of Java: ${quirk}`
}
