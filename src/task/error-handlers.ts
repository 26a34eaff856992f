import type {
  BadInput,
  DeadLetter,
  ErrorHandler,
  FailureContext,
  HandlerResponse,
  ProcessingFailure,
  ProductionFailure,
} from '../core/error-handlers.ts'
import { StreamsError } from '../core/errors.ts'
import type { DropReason } from '../core/hooks.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { RawRecord } from '../core/record.ts'
import { messageOf } from '../operator/guard.ts'
import { deadLetterOf } from './dead-letter.ts'

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
    const input: BadInput = { topic, partition, offset, part, key, value }
    if (this.#goesOn('deserializationHandler', input, context, 'deserialization')) return
    throw new StreamsError(
      'deserialization',
      `the ${part} of the record at offset ${offset} of ${topic}-${partition} cannot be read; nothing past it was committed`,
      { details: { topic, partition, offset, part }, cause: error },
    )
  }

  /** @throws `error` */
  processingFailed(failure: ProcessingFailure): void {
    const { error } = failure
    if (error === this.#failed) throw error
    const seen = { ...failure, error: causeOf(error) }
    if (this.#goesOn('processingHandler', seen, seen, 'processing')) return
    this.#failed = error
    throw error
  }

  /** @throws the failure's error. */
  notWritten(failure: ProductionFailure): void {
    const seen = { ...failure, error: causeOf(failure.error) }
    if (!this.#goesOn('productionHandler', seen, seen, 'production')) throw failure.error
  }

  #goesOn<H extends 'deserializationHandler' | 'processingHandler' | 'productionHandler'>(
    option: H,
    failure: H extends 'deserializationHandler'
      ? BadInput
      : H extends 'processingHandler'
        ? ProcessingFailure
        : ProductionFailure,
    context: FailureContext,
    reason: DropReason,
  ): boolean {
    const handler = this.#parts.options[option] as ErrorHandler<typeof failure>
    const { result, deadLetters } = this.#response(option, handler, failure, context)
    for (const letter of deadLetters) this.#parts.send(letter)
    if (result === 'continue') this.#parts.dropped(context.node, reason)
    return result === 'continue'
  }

  #response<Failure>(
    option: string,
    handler: ErrorHandler<Failure>,
    failure: Failure,
    context: FailureContext,
  ): HandlerResponse {
    const answer = typeof handler === 'function' ? asked(option, handler, failure) : handler
    if (typeof answer === 'object') return answer
    const topic = this.#parts.options.deadLetterTopic
    return { result: answer, deadLetters: topic === undefined ? [] : [deadLetterOf(topic, context)] }
  }
}

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
