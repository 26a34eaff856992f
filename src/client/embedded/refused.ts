import { StreamsError } from '../../core/errors.ts'
import { kafkaError, protocolError } from '../../protocol/error-codes.ts'
import { isAboutRecords } from '../../protocol/produce-errors.ts'
import type { RefusingAnswer } from '../judged-batch.ts'

type KafkaErrorName = keyof typeof kafkaError

/** A request that the cluster refuses, as a broker would: the StreamsError that a client makes of the Kafka error. */
export function refused(error: KafkaErrorName, what: string): StreamsError {
  return protocolError(kafkaError[error], what)
}

export function isRefused(error: unknown, name: KafkaErrorName): error is StreamsError {
  if (!StreamsError.is(error)) return false
  const { kafkaErrorCode } = error.details
  return kafkaErrorCode === kafkaError[name]
}

/** What a judge may decide about; undefined: it is none of its business. */
export function refusalOf(error: unknown): RefusingAnswer | undefined {
  if (!StreamsError.is(error)) return undefined
  const errorCode = error.details['kafkaErrorCode']
  if (typeof errorCode !== 'number' || !isAboutRecords(errorCode)) return undefined
  return { errorCode, recordErrors: [], errorMessage: error.message }
}
