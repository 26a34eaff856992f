import { isRetriable, kafkaError, kafkaErrorKind } from './error-codes.ts'

/** RecordCollectorImpl.isFatalException, and what makes the producer itself useless. */
const notAboutRecords: ReadonlySet<number> = new Set([
  kafkaError.UNKNOWN_SERVER_ERROR,
  kafkaError.OFFSET_METADATA_TOO_LARGE,
  kafkaError.INVALID_TOPIC_EXCEPTION,
  kafkaError.TOPIC_AUTHORIZATION_FAILED,
  kafkaError.GROUP_AUTHORIZATION_FAILED,
  kafkaError.CLUSTER_AUTHORIZATION_FAILED,
  kafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
  kafkaError.DELEGATION_TOKEN_AUTHORIZATION_FAILED,
  kafkaError.SASL_AUTHENTICATION_FAILED,
  kafkaError.UNSUPPORTED_SASL_MECHANISM,
  kafkaError.ILLEGAL_SASL_STATE,
  kafkaError.SECURITY_DISABLED,
  kafkaError.UNSUPPORTED_VERSION,
])

/** Retriable answers to Produce that a broker gives before it appends; some of them after it, too, with an offset then. */
const beforeAppend: ReadonlySet<number> = new Set([
  kafkaError.CORRUPT_MESSAGE,
  kafkaError.UNKNOWN_TOPIC_OR_PARTITION,
  kafkaError.LEADER_NOT_AVAILABLE,
  kafkaError.NOT_LEADER_OR_FOLLOWER,
  kafkaError.FENCED_LEADER_EPOCH,
  kafkaError.NOT_ENOUGH_REPLICAS,
  kafkaError.THROTTLING_QUOTA_EXCEEDED,
])

const known: ReadonlySet<number> = new Set(Object.values(kafkaError))

/**
 * An answer to Produce that a production handler may decide about: neither fatal nor fencing (RecordCollectorImpl). A
 * code from the future is UNKNOWN_SERVER_ERROR, as in Java.
 */
export function isAboutRecords(code: number): boolean {
  const kind = kafkaErrorKind(code)
  return kind === 'retriable' || (kind === 'fatal' && known.has(code) && !notAboutRecords.has(code))
}

/**
 * After such an answer to Produce the batch may be in the log all the same.
 * @param baseOffset -1 unless the batch was appended (DelayedProduce keeps it when what follows goes wrong).
 */
export function mayBeWritten(code: number, baseOffset: number): boolean {
  return isRetriable(code) && (baseOffset >= 0 || !beforeAppend.has(code))
}
