import type { DeserializationHandler, ProcessingHandler, ProductionHandler } from './error-handlers.ts'
import type { OptionChecks } from './option-checks.ts'
import type { Duration } from './time/duration.ts'

/**
 * `replace-thread`: another one takes its place and goes on from the last commit. `shutdown-client`: this instance ends
 * in ERROR. `shutdown-application`: all instances do, told through the group (KIP-671).
 */
export type UncaughtErrorResponse = 'replace-thread' | 'shutdown-client' | 'shutdown-application'

export type UncaughtErrorHandler = (error: Error, thread: string) => UncaughtErrorResponse

/** What is done when something goes wrong. */
export interface FailureOptions {
  /** Of input that its serdes cannot read. */
  readonly deserializationHandler?: DeserializationHandler
  /** Of what a function of the topology throws. */
  readonly processingHandler?: ProcessingHandler
  /**
   * Of output that its serdes cannot write, that is larger than `maxRecordBytes`, or that the broker refuses for what it
   * is; changelog records among them. Refused records alone are left out: the transaction goes on with all others.
   */
  readonly productionHandler?: ProductionHandler
  /** Takes the input record of every failure that a handler meets, with headers that say what happened (KIP-1034). */
  readonly deadLetterTopic?: string
  /** What is done when a stream thread dies (KIP-671). */
  readonly uncaughtErrorHandler?: UncaughtErrorHandler
  /**
   * How long calls to the broker without which a task cannot begin are repeated after the first has timed out, before
   * its thread dies; 0: not at all (KIP-572). Records that cannot be fetched are waited for without limit.
   */
  readonly taskTimeout?: Duration
}

export interface ResolvedFailureOptions {
  readonly deserializationHandler: DeserializationHandler
  readonly processingHandler: ProcessingHandler
  readonly productionHandler: ProductionHandler
  readonly deadLetterTopic: string | undefined
  readonly taskTimeoutMs: number
}

export const failureDefaults = {
  deserializationHandler: 'fail',
  processingHandler: 'fail',
  productionHandler: 'fail',
  deadLetterTopic: undefined,
  uncaughtErrorHandler: undefined,
  taskTimeout: 300_000,
} as const

export function resolveFailureOptions(options: FailureOptions, checks: OptionChecks): ResolvedFailureOptions {
  const resolved = {
    deserializationHandler: options.deserializationHandler ?? failureDefaults.deserializationHandler,
    processingHandler: options.processingHandler ?? failureDefaults.processingHandler,
    productionHandler: options.productionHandler ?? failureDefaults.productionHandler,
    deadLetterTopic: options.deadLetterTopic,
    taskTimeoutMs: checks.duration('taskTimeout', options.taskTimeout, failureDefaults.taskTimeout),
  }
  for (const name of ['deserializationHandler', 'processingHandler', 'productionHandler'] as const) {
    const handler = resolved[name]
    checks.check(
      typeof handler === 'function' || ['fail', 'continue'].includes(handler),
      `${name}: neither 'fail', 'continue' nor a function`,
    )
  }
  checks.check(
    options.uncaughtErrorHandler === undefined || typeof options.uncaughtErrorHandler === 'function',
    'uncaughtErrorHandler: not a function',
  )
  if (resolved.deadLetterTopic !== undefined) checks.name('deadLetterTopic', resolved.deadLetterTopic)
  return resolved
}
