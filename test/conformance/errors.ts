import { type ErrorCode, StreamsError } from '../../src/index.ts'
import type { RecordedError } from './case.ts'
import type { ObservedError } from './execution.ts'

/** Java's classes, by what we report in their place. */
const javaClasses: Partial<Record<ErrorCode, readonly string[]>> = {
  // Java is of two minds whether a wrong topology is a TopologyException, an illegal argument or something else.
  'topology-invalid': [
    'TopologyException',
    'IllegalArgumentException',
    'NullPointerException',
    'StreamsException',
  ],
  'options-invalid': ['ConfigException', 'IllegalArgumentException'],
  'serde-missing': ['ConfigException', 'StreamsException', 'TopologyException'],
  'store-unknown': ['StreamsException', 'TopologyException'],
  'topic-missing': ['IllegalArgumentException'],
  deserialization: ['StreamsException'],
  'value-out-of-range': ['StreamsException'],
  processing: ['StreamsException'],
}

/** Classes of what the code of a case throws itself: their message is the case's own. */
const userErrors = ['RuntimeException', 'NumberFormatException']

/** @returns a line for each difference between the failure recorded and what happened. */
export function compareErrors(
  expected: RecordedError | undefined,
  actual: ObservedError | undefined,
): readonly string[] {
  if (!expected) return actual ? [`failed in ${where(actual)}: ${described(actual.error)}`] : []
  const wanted = `${simple(expected.class)} in ${where(expected)}: ${expected.message ?? ''}`
  if (!actual) return [`expected ${wanted}; nothing failed`]
  const got = `${where(actual)}: ${described(actual.error)}`
  if (!samePhase(expected, actual) || !sameClass(expected, actual.error)) {
    return [`expected ${wanted}; failed in ${got}`]
  }
  if (userErrors.includes(simple(expected.rootClass ?? '')) && root(actual.error) !== expected.rootMessage) {
    return [`expected the cause '${expected.rootMessage}'; failed in ${got}`]
  }
  return []
}

function samePhase(expected: RecordedError, { phase, i, error }: ObservedError): boolean {
  if (phase === expected.phase) return i === expected.i
  // Earlier is better: a serde that nobody gave fails while the topology is built, and not when it is started.
  if (StreamsError.is(error, 'serde-missing')) return phase === 'build' && expected.phase === 'start'
  // What Java's configuration says, and so fails while it is read, the driver's options say.
  return StreamsError.is(error, 'options-invalid') && phase === 'start' && expected.phase === 'build'
}

function sameClass({ class: name }: RecordedError, error: unknown): boolean {
  return StreamsError.is(error) && (javaClasses[error.code]?.includes(simple(name)) ?? false)
}

function simple(className: string): string {
  return className.slice(className.lastIndexOf('.') + 1)
}

function root(error: unknown): string | undefined {
  let deepest = error
  while (deepest instanceof Error && deepest.cause !== undefined) deepest = deepest.cause
  return deepest instanceof Error ? deepest.message : String(deepest)
}

function where({ phase, i }: { readonly phase: string; readonly i?: number }): string {
  return i === undefined ? phase : `${phase} (input ${i})`
}

function described(error: unknown): string {
  if (StreamsError.is(error)) {
    const cause = error.cause instanceof Error ? ` (${root(error)})` : ''
    return `StreamsError ${error.code}: ${error.message}${cause}`
  }
  if (!(error instanceof Error)) return String(error)
  const frame = error.stack?.split('\n').find((line) => line.includes('/src/'))
  return `${error.name}: ${error.message}${frame ? ` ${frame.trim()}` : ''}`
}
