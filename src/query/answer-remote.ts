import { StreamsError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import { encodeAnswer } from './answer-codec.ts'
import { decodeQuestion } from './question-codec.ts'
import type { AnswerRemote } from './remote-owner.ts'
import type { Router } from './router.ts'

export interface RemoteAnswers {
  readonly applicationId: string
  readonly logger: Logger
  /** @throws StreamsError `store-not-ready` */
  router(): Router
}

/** A page has no more rows than this, whatever is asked. */
const mostRows = 10_000

/**
 * What this instance says to others: from its own tasks only, so that a question never goes on from instance to instance.
 * What goes wrong is said to the one who asks, in the same bytes.
 */
export function answersRemote({ applicationId, logger, router }: RemoteAnswers): AnswerRemote {
  return async (bytes) => {
    try {
      const { applicationId: meant, ...asked } = decodeQuestion(bytes)
      if (meant !== applicationId)
        throw new StreamsError('store-elsewhere', `this instance is of application '${applicationId}'`)
      const limit = Math.min(Math.max(asked.limit, 1), mostRows)
      return encodeAnswer(await router().answerHere({ ...asked, limit }))
    } catch (error) {
      if (StreamsError.is(error)) return encodeAnswer(new StreamsError(error.code, error.message))
      logger.error({ err: error }, 'a question of another instance could not be answered')
      return encodeAnswer(new StreamsError('internal', 'the instance that has the key failed; see its log'))
    }
  }
}
