/** Every way Millrace fails, and what the reader of the message should do about it. */
export const errorCodes = {
  'options-invalid': 'Correct the options named in the message; all problems are listed at once.',
  'topology-invalid': 'Correct the topology at the call named in the message.',
  'serde-missing': 'Give the serde at the call named in the message, or on the topic token.',
  lifecycle: 'Call the method in the state it is meant for; see the message.',
  'topic-missing': 'Create the topic, or correct its name; Millrace creates internal topics only.',
  'topic-mismatch': 'Make the existing topic match what the message asks for, or use another application id.',
  'broker-unreachable': 'Check the broker addresses, the network and TLS/SASL settings.',
  'broker-unsupported': 'Use a Kafka broker from 2.8 to 4.3.',
  'protocol-malformed':
    'The peer sent bytes that are not the Kafka protocol; check that the port is a Kafka listener.',
  'member-unsupported':
    'All members of the group must be Millrace or Kafka Streams 3.2 or newer: upgrade or stop the others, or use another application id.',
  'protocol-error': 'The broker refused a request; the Kafka error is named in the message.',
  'record-batch-corrupt':
    'The log holds a damaged batch at the offset named; repair or skip it with the consumer group tools.',
  'codec-missing': 'Install the optional package named in the message.',
  deserialization: 'Correct the producer, or set deserializationHandler to continue past bad records.',
  'record-too-large':
    'Make the record smaller, raise maxRecordBytes (and the message.max.bytes of the topic), or set productionHandler to continue past such records.',
  processing: 'Correct the function named in the message.',
  'offset-out-of-range': 'Set offsetReset to earliest or latest, or reset the group offsets.',
  fenced: 'Another instance with the same identity took over; this one stops without committing.',
  'transaction-aborted':
    'Nothing: the tasks are reopened from their last checkpoint and the input is processed again.',
  'transaction-pending':
    "Wait for the transaction's timeout; if nobody is in a transaction, its marker is lost: see kafka-transactions.sh find-hanging and abort.",
  'thread-died':
    'See the log and the error handler: a stream thread was terminated or ended without a reason.',
  'shutdown-requested': 'An instance of the application asked all of them to shut down; see its log.',
  'task-timeout':
    'Check the brokers; raise taskTimeout if they need longer to come back, or let uncaughtErrorHandler replace the thread.',
  'state-locked': 'Another process uses this state directory; give each process its own stateDir.',
  'state-unreadable': 'The state is set aside and restored from the changelog.',
  'state-unwritable':
    'Check the disk of the state directory named: it is full, over a quota or a limit of file sizes, or failing. Start again then: nothing committed is lost.',
  'state-full': 'Raise stateMapSize or free disk space in the state directory named.',
  'store-unknown': 'Ask for a store that the topology returns or names.',
  'store-not-ready': 'Try again: the store is being restored or moved to another instance.',
  'store-elsewhere': 'Ask the instance named in the error.',
  'listen-failed': 'Give listen a host of this machine and a port that is free.',
  'owner-unreachable':
    'Check the instance named: its address (applicationServer), that it listens there, its token and the network.',
  'key-invalid': 'Give a key of the type that the store has.',
  'query-unsupported': 'Ask the store something that its kind can answer; see the message.',
  'value-out-of-range': 'Use a serde wide enough for the value.',
  'kernel-unavailable': 'Reinstall the package: the WebAssembly kernel is missing or of another version.',
  internal: 'This is a defect in Millrace; please report it with the message.',
} as const

export type ErrorCode = keyof typeof errorCodes

export interface StreamsErrorOptions {
  readonly cause?: unknown
  /** Structured facts for logs: topic, partition, offset, store, owner ... Never secrets. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>
}

const brand = Symbol.for('millrace.StreamsError')

/** The one error class: `code` says what kind, the message what happened, `advice` what to do. */
export class StreamsError extends Error {
  override readonly name: string = 'StreamsError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, string | number | boolean | null>>

  constructor(code: ErrorCode, message: string, options: StreamsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
    Object.defineProperty(this, brand, { value: true })
  }

  get advice(): string {
    return errorCodes[this.code]
  }

  /** Recognizes errors of a second copy of the package too. */
  static is(error: unknown, code?: ErrorCode): error is StreamsError {
    return (
      error instanceof Error &&
      brand in error &&
      (code === undefined || (error as unknown as StreamsError).code === code)
    )
  }
}

/** For `default` branches that the types say cannot happen. */
export function unreachable(value: never): never {
  throw new StreamsError('internal', `unexpected ${JSON.stringify(value)}`)
}
