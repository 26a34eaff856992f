import type {
  BadInput,
  DeadLetter,
  ErrorHandler,
  FailureContext,
  HandlerResponse,
  ProcessingFailure,
  ProductionFailure,
  ProductionVerdict,
} from '../core/error-handlers.ts'
import { StreamsError } from '../core/errors.ts'
import type { DropReason } from '../core/hooks.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { RawRecord } from '../core/record.ts'
import { beginsAnew, messageOf } from '../operator/guard.ts'
import { deadLetterOf } from './dead-letter.ts'
import type { UnwrittenOutput } from './record-collector.ts'

export interface ErrorHandlersParts {
  readonly options: Pick<
    ResolvedOptions,
    'deserializationHandler' | 'processingHandler' | 'productionHandler' | 'deadLetterTopic'
  >
  readonly taskId: string
  send(letter: DeadLetter): void
  dropped(node: string, reason: DropReason): void
}

/**
 * Asks the application's handlers what to do about a failure, and writes dead letters. To return means to go on without
 * the record; to fail means that the error is thrown.
 */
export class ErrorHandlers {
  readonly #parts: ErrorHandlersParts
  /** What a handler has let fail, on its way up through the nodes: no other is asked about it. */
  #failed: unknown

  constructor(parts: ErrorHandlersParts) {
    this.#parts = parts
  }

  /** Nothing is to be done about what a node throws but to let it through. */
  get letProcessingFail(): boolean {
    const { processingHandler, deadLetterTopic } = this.#parts.options
    return processingHandler === 'fail' && deadLetterTopic === undefined
  }

  /** @throws StreamsError `deserialization`, or what is none of a handler's business. */
  unreadable(raw: RawRecord, node: string, error: unknown): void {
    if (!StreamsError.is(error, 'deserialization')) throw error
    const { topic, partition, offset, timestamp, headers } = raw
    const [key, value] = [raw.key?.slice() ?? null, raw.value?.slice() ?? null]
    const part = error.details['reason'] as BadInput['part']
    const context: FailureContext = {
      node,
      taskId: this.#parts.taskId,
      source: { topic, partition, offset },
      sourceKey: key,
      sourceValue: value,
      timestamp,
      headers,
      error: error.cause ?? error,
    }
    const input: BadInput = { ...context, topic, partition, offset, part, key, value }
    const { deserializationHandler: handler } = this.#parts.options
    const response = this.#response('deserializationHandler', handler, input, context)
    if (this.#goesOn(response, node, 'deserialization')) return
    throw new StreamsError(
      'deserialization',
      `the ${part} of the record at offset ${offset} of ${topic}-${partition} cannot be read; nothing past it was committed`,
      { details: { topic, partition, offset, part }, cause: error },
    )
  }

  /** @throws `error` */
  processingFailed(failure: ProcessingFailure): void {
    const { error } = failure
    if (error === this.#failed || beginsAnew(error)) throw error
    const seen = { ...failure, error: causeOf(error) }
    const { processingHandler: handler } = this.#parts.options
    const response = this.#response('processingHandler', handler, seen, seen)
    if (this.#goesOn(response, failure.node, 'processing')) return
    this.#failed = error
    throw error
  }

  /**
   * @param unwritten it is certainly not in the log; otherwise it cannot be left out.
   * @throws the failure's error; StreamsError `transaction-aborted` to begin anew.
   */
  notWritten(failure: ProductionFailure, unwritten = true): void {
    const { node, topic, part, retriable, error } = failure
    const { productionHandler: handler } = this.#parts.options
    // DefaultProductionExceptionHandler
    const retry = handler === 'fail' && retriable
    const seen = { ...failure, error: causeOf(error) }
    const response = retry ? tryAgain : this.#response('productionHandler', handler, seen, seen)
    const { result } = response
    if ((result === 'retry' && retriable) || (result === 'continue' && !unwritten))
      throw new StreamsError('transaction-aborted', `${node}: a record for topic '${topic}' is tried again`, {
        cause: error,
      })
    if (this.#goesOn(response, node, 'production')) return
    // Serdes fail in the midst of processing, about which the processing handler is asked too, as in Java.
    if (part === 'record') this.#failed = error
    throw error
  }

  /** As `notWritten`, for a record that had left the task. */
  outputNotWritten({ topic, record, error, origin, source, retriable, unwritten }: UnwrittenOutput): void {
    if (!origin)
      throw new StreamsError(error.code, `a dead letter: ${error.message}`, {
        details: error.details,
        cause: error,
      })
    const { node, store } = origin
    const { timestamp, headers } = record
    // The broker does not know of nodes.
    const named =
      error.details['node'] === undefined
        ? new StreamsError(error.code, `${node}: ${error.message}`, {
            details: { ...error.details, node },
            cause: error,
          })
        : error
    // The input's bytes are not kept for as long as this takes; neither are they in Java.
    const context = {
      taskId: this.#parts.taskId,
      source,
      sourceKey: null,
      sourceValue: null,
      timestamp,
      headers,
    }
    const failure = {
      ...context,
      node,
      topic,
      part: 'record',
      record,
      retriable,
      store,
      error: named,
    } as const
    this.notWritten(failure, unwritten)
  }

  /** Writes the dead letters. */
  #goesOn(
    { result, deadLetters }: HandlerResponse<ProductionVerdict>,
    node: string,
    reason: DropReason,
  ): boolean {
    for (const letter of deadLetters) this.#parts.send(letter)
    if (result === 'continue') this.#parts.dropped(node, reason)
    return result === 'continue'
  }

  #response<Failure, Answer extends ProductionVerdict>(
    option: string,
    handler: ErrorHandler<Failure, Answer>,
    failure: Failure,
    context: FailureContext,
  ): HandlerResponse<ProductionVerdict> {
    const answer = typeof handler === 'function' ? asked(option, handler, failure) : handler
    if (typeof answer === 'object') return answer
    const topic = this.#parts.options.deadLetterTopic
    const wanted = topic !== undefined && answer !== 'retry'
    return { result: answer, deadLetters: wanted ? [deadLetterOf(topic, context)] : [] }
  }
}

const tryAgain: HandlerResponse<ProductionVerdict> = { result: 'retry', deadLetters: [] }

function asked<Failure, Answer>(
  option: string,
  handler: (failure: Failure) => Answer,
  failure: Failure,
): Answer {
  try {
    return handler(failure)
  } catch (cause) {
    throw new StreamsError('processing', `${option}: ${messageOf(cause)}`, { cause })
  }
}

/** What the user's function threw, without the error that says where. */
function causeOf(error: unknown): unknown {
  return StreamsError.is(error) && error.cause !== undefined ? error.cause : error
}
