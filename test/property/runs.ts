import type { Parameters } from 'fast-check'

const { PROPERTY_RUNS = '1', PROPERTY_SEED = '1' } = process.env

/** The same cases each time; PROPERTY_RUNS multiplies them and PROPERTY_SEED chooses others, to search longer. */
export function runs<T>(numRuns: number): Parameters<T> {
  return { numRuns: numRuns * Number(PROPERTY_RUNS), seed: Number(PROPERTY_SEED) }
}
