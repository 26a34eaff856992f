import type { Producer } from '../client/client.ts'
import { abortable } from '../core/abortable.ts'
import type { ThreadContext } from './thread-context.ts'

/** The broker may be what failed. */
const limitMs = 3000

/** Before a thread ends with an error: readers of its outputs need not wait for its transaction's timeout. */
export async function endTransaction(
  producer: Producer,
  { clock, logger, name }: Pick<ThreadContext, 'clock' | 'logger' | 'name'>,
): Promise<void> {
  if (!producer.inTransaction) return
  const limit = new AbortController()
  const cancel = clock.after(limitMs, () => limit.abort(new Error('it took too long')))
  try {
    await abortable(producer.abort(), limit.signal)
  } catch (err) {
    logger.warn({ thread: name, err }, 'the open transaction is left to its timeout')
  } finally {
    cancel()
  }
}
