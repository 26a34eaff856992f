import { StreamsError } from '../../core/errors.ts'

/** @param baseOffset of the batch; -1 when not even that is there. */
export function corruptBatch(baseOffset: number, what: string, cause?: unknown): StreamsError {
  return new StreamsError('record-batch-corrupt', `record batch at offset ${baseOffset}: ${what}`, {
    cause,
    details: { offset: baseOffset },
  })
}
