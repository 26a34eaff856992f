import { StreamsError } from '../core/errors.ts'
import { isRetriable, kafkaError, protocolError } from './error-codes.ts'

/** The broker's error code in an error made by `protocolError`. */
export function kafkaErrorOf(error: unknown): number | undefined {
  if (!StreamsError.is(error)) return undefined
  const code = error.details['kafkaErrorCode']
  return typeof code === 'number' ? code : undefined
}

export function isRetriableError(error: unknown): boolean {
  const code = kafkaErrorOf(error)
  return code !== undefined && isRetriable(code)
}

/** @throws StreamsError unless the code is NONE */
export function checkCode(code: number, where: string): void {
  if (code !== kafkaError.NONE) throw protocolError(code, where)
}
