import { StreamsError } from '../core/errors.ts'
import type { UncaughtErrorHandler, UncaughtErrorResponse } from '../core/failure-options.ts'
import type { Hooks } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'

export interface DecisionParts {
  /** The application's handler. */
  readonly decide: UncaughtErrorHandler
  readonly hooks: Hooks
  readonly logger: Logger
}

/** What is to be done about a thread that died, as the application's handler says, and tells of it. */
export function responseTo(
  error: Error,
  thread: string,
  { decide, hooks, logger }: DecisionParts,
): UncaughtErrorResponse {
  const response = hopeless(error) ? 'shutdown-client' : ask(decide, error, thread, logger)
  logger.error({ thread, response, err: error }, `stream thread ${thread} died: ${error.message}`)
  hooks.emit('threadFailed', { thread, error, response })
  return response
}

function ask(
  decide: UncaughtErrorHandler,
  error: Error,
  thread: string,
  logger: Logger,
): UncaughtErrorResponse {
  const report = (what: string, err?: unknown): UncaughtErrorResponse => {
    logger.error({ thread, err }, `uncaughtErrorHandler ${what}: the application shuts down`)
    return 'shutdown-client'
  }
  try {
    const response: unknown = decide(error, thread)
    return isResponse(response) ? response : report(`returned ${String(response)}, which is no response`)
  } catch (err) {
    return report('failed', err)
  }
}

/** Another thread would meet the same. */
function hopeless(error: Error): boolean {
  return StreamsError.is(error, 'topology-invalid') || StreamsError.is(error, 'options-invalid')
}

function isResponse(value: unknown): value is UncaughtErrorResponse {
  return value === 'replace-thread' || value === 'shutdown-client' || value === 'shutdown-application'
}
