import { fromErrorMessage, toErrorMessage } from './error-message.ts'
import type { Answer } from './messages.ts'

/** Calls to the other side of a message port that have no answer yet. */
export class PendingCalls {
  readonly #pending = new Map<number, Call>()
  #last = 0
  #ended: Error | undefined

  /** @param send posts the request under this id. @throws the error given to `end`, also later. */
  call(send: (id: number) => void): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended)
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      send(id)
    })
  }

  answer({ id, value, error }: Answer): void {
    const call = this.#pending.get(id)
    this.#pending.delete(id)
    if (error) call?.reject(fromErrorMessage(error))
    else call?.resolve(value)
  }

  /** The other side is gone. */
  end(error: Error): void {
    this.#ended = error
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}

interface Call {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Does what was asked, and makes the answer of it. */
export async function answerOf(id: number, work: () => unknown): Promise<Answer> {
  try {
    return { kind: 'answer', id, value: await work(), error: undefined }
  } catch (error) {
    return { kind: 'answer', id, value: undefined, error: toErrorMessage(error) }
  }
}
