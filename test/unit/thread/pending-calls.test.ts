import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { StreamsError } from '../../../src/core/errors.ts'
import type { Answer } from '../../../src/thread/messages.ts'
import { answerCall, PendingCalls } from '../../../src/thread/pending-calls.ts'

interface Asked {
  readonly id: number
  readonly what: string
}

/** Two sides of a channel: one asks, and the other does what `work` says. */
function sides(work: (what: string) => unknown): {
  readonly calls: PendingCalls
  readonly ask: (what: string) => Promise<unknown>
  readonly port: MessagePort
} {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port1.close())
  const calls = new PendingCalls()
  port2.on('message', ({ id, what }: Asked) => {
    void answerCall(
      id,
      () => work(what),
      (answer) => port2.postMessage(answer),
    )
  })
  port1.on('message', (answer: Answer) => calls.answer(answer))
  const ask = (what: string): Promise<unknown> => calls.call((id) => port1.postMessage({ id, what }))
  return { calls, ask, port: port1 }
}

test('answers come to the calls that asked, in whatever order', async () => {
  const release: (() => void)[] = []
  const { ask } = sides(async (what) => {
    if (what === 'slow') await new Promise<void>((resolve) => release.push(resolve))
    return `${what}!`
  })
  const slow = ask('slow')
  expect(await ask('quick')).toBe('quick!')
  release[0]?.()
  expect(await slow).toBe('slow!')
})

test('errors arrive as what they are', async () => {
  const { ask } = sides(async (what) => {
    throw new StreamsError('store-not-ready', what, { details: { partition: 3 } })
  })
  const failed = await ask('restoring').catch((error: unknown) => error)
  expect(StreamsError.is(failed, 'store-not-ready')).toBe(true)
  expect(failed).toMatchObject({ message: 'restoring', details: { partition: 3 } })
  const thrown = sides(() => {
    throw new TypeError('at once')
  })
  await expect(thrown.ask('x')).rejects.toThrow(new TypeError('at once'))
})

test('a value that cannot be sent is an error of the call', async () => {
  const { ask } = sides(() => () => 'a function')
  await expect(ask('x')).rejects.toThrow(/could not be cloned/)
})

test('so is a question that cannot be sent', async () => {
  const { calls, port } = sides(() => 1)
  const asked = calls.call((id) => port.postMessage({ id, what: () => 'a function' }))
  await expect(asked).rejects.toThrow(/could not be cloned/)
})

test('when the other side is gone every call fails with the reason, those to come too', async () => {
  const { calls, ask } = sides(() => new Promise(() => {}))
  const waiting = [ask('one'), ask('two')]
  const gone = new StreamsError('thread-died', 'gone')
  calls.end(gone)
  calls.end(new Error('a later reason'))
  for (const call of [...waiting, ask('three')]) await expect(call).rejects.toBe(gone)
})

test('an answer that nobody waits for is ignored', async () => {
  const calls = new PendingCalls()
  const call = calls.call((id) => calls.answer({ kind: 'answer', id: id + 1, value: 1, error: undefined }))
  calls.end(new Error('over'))
  await expect(call).rejects.toThrow('over')
})
