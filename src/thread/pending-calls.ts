import { fromErrorMessage, toErrorMessage } from './error-message.ts'
import type { Answer } from './messages.ts'

/** Calls to the other side of a message port that have no answer yet. */
export class PendingCalls {
  readonly #pending = new Map<number, Call>()
  #last = 0
  #ended: Error | undefined

  /**
   * @param send posts the request under this id.
   * @throws what `send` throws, what the other side answers, or the error given to `end`, also later.
   */
  call(send: (id: number) => void): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended)
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      send(id)
      this.#pending.set(id, { resolve, reject })
    })
  }

  /** An answer to a call that is over, or never was, is of no interest. */
  answer({ id, value, error }: Answer): void {
    const call = this.#pending.get(id)
    this.#pending.delete(id)
    if (error) call?.reject(fromErrorMessage(error))
    else call?.resolve(value)
  }

  /** The other side is gone. */
  end(error: Error): void {
    this.#ended ??= error
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}

interface Call {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Does what was asked, and posts the answer: the value, or an error, also that the value cannot be sent. */
export async function answerCall(
  id: number,
  work: () => unknown,
  post: (answer: Answer) => void,
): Promise<void> {
  try {
    post({ kind: 'answer', id, value: await work(), error: undefined })
  } catch (error) {
    post({ kind: 'answer', id, value: undefined, error: toErrorMessage(error) })
  }
}
