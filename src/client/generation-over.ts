import { StreamsError } from '../core/errors.ts'
import { kafkaError } from '../protocol/error-codes.ts'

/** The group is in a later generation than the one that was named (ILLEGAL_GENERATION). */
export function isGenerationOver(error: unknown): boolean {
  return StreamsError.is(error) && error.details['kafkaErrorCode'] === kafkaError.ILLEGAL_GENERATION
}
