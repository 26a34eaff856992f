import { StreamsError } from '../../core/errors.ts'
import { kafkaError, protocolError } from '../../protocol/error-codes.ts'

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
