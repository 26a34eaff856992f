import { StreamsError } from '../../core/errors.ts'

/** A connection that could not be made, or that ended with requests unanswered. Worth another try, unless said. */
export function brokerUnreachable(
  address: string,
  what: string,
  cause?: unknown,
  retriable = true,
): StreamsError {
  const reason = cause instanceof Error ? `: ${cause.message}` : ''
  return new StreamsError('broker-unreachable', `broker ${address} ${what}${reason}`, {
    cause,
    details: { address, retriable },
  })
}

/** Whether another try over the network may help. */
export function isNetworkError(error: unknown): error is StreamsError {
  return StreamsError.is(error, 'broker-unreachable') && error.details['retriable'] !== false
}

export function clientClosed(): StreamsError {
  return new StreamsError('lifecycle', 'the Kafka client is closed')
}
