import type { StreamsError } from '../../core/errors.ts'
import { kafkaError, protocolError } from '../../protocol/error-codes.ts'
import { kafkaErrorOf } from '../../protocol/kafka-error.ts'
import { isAboutRecords } from '../../protocol/produce-errors.ts'
import type { RefusingAnswer } from '../judged-batch.ts'

type KafkaErrorName = keyof typeof kafkaError

/** A request that the cluster refuses, as a broker would: the StreamsError that a client makes of the Kafka error. */
export function refused(error: KafkaErrorName, what: string): StreamsError {
  return protocolError(kafkaError[error], what)
}

export function isRefused(error: unknown, name: KafkaErrorName): error is StreamsError {
  return kafkaErrorOf(error) === kafkaError[name]
}

/** What a judge may decide about; undefined: it is none of its business. */
export function refusalOf(error: unknown): RefusingAnswer | undefined {
  const errorCode = kafkaErrorOf(error)
  if (errorCode === undefined || !isAboutRecords(errorCode)) return undefined
  return { errorCode, recordErrors: [], errorMessage: (error as StreamsError).message }
}
