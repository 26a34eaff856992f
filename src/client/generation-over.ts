import { kafkaError } from '../protocol/error-codes.ts'
import { kafkaErrorOf } from '../protocol/kafka-error.ts'

/** The group is in a later generation than the one that was named (ILLEGAL_GENERATION). */
export function isGenerationOver(error: unknown): boolean {
  return kafkaErrorOf(error) === kafkaError.ILLEGAL_GENERATION
}
