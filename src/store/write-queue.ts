import { StreamsError } from '../core/errors.ts'

/** Runs the writes of one store one after the other. The first failure is the answer to all that follow. */
export class WriteQueue {
  #tail: Promise<unknown> = Promise.resolve()
  #failure: { readonly error: unknown } | undefined
  #closed = false

  run(write: () => void | Promise<void>): Promise<void> {
    if (this.#closed) return Promise.reject(storeClosed())
    const result = this.#tail.then(async () => {
      if (this.#failure) throw this.#failure.error
      await write()
    })
    this.#tail = result.catch((error: unknown) => {
      this.#failure ??= { error }
    })
    return result
  }

  /** Takes no more, and waits for those under way; their callers hear of failures. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#tail
  }
}

export function storeClosed(): StreamsError {
  return new StreamsError('lifecycle', 'the store is closed')
}
