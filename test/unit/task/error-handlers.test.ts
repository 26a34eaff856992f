import { describe, expect, test } from 'vitest'
import type { DeadLetter, ProductionHandler } from '../../../src/core/error-handlers.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import { ErrorHandlers } from '../../../src/task/error-handlers.ts'
import type { UnwrittenOutput } from '../../../src/task/record-collector.ts'

interface Asked {
  readonly handlers: ErrorHandlers
  readonly letters: DeadLetter[]
  readonly dropped: string[]
}

function asking(productionHandler: ProductionHandler, deadLetterTopic?: string): Asked {
  const letters: DeadLetter[] = []
  const dropped: string[] = []
  const handlers = new ErrorHandlers({
    options: {
      deserializationHandler: 'fail',
      processingHandler: 'continue',
      productionHandler,
      deadLetterTopic,
    },
    taskId: '0_0',
    send: (letter) => letters.push(letter),
    dropped: (node, reason) => dropped.push(`${node} ${reason}`),
  })
  return { handlers, letters, dropped }
}

const error = new StreamsError('protocol-error', 'Produce to t-0: the broker answered X', {
  details: { kafkaError: 'X' },
})

function output(more: Partial<UnwrittenOutput> = {}): UnwrittenOutput {
  return {
    topic: 't',
    record: { key: null, value: null, timestamp: 5, headers: [] },
    error,
    origin: { node: 'sink' },
    source: { topic: 'in', partition: 0, offset: 3 },
    retriable: false,
    unwritten: true,
    ...more,
  }
}

const named = {
  code: 'protocol-error',
  message: `sink: ${error.message}`,
  details: { kafkaError: 'X', node: 'sink' },
}
const anew = { code: 'transaction-aborted', message: "sink: a record for topic 't' is tried again" }

// RecordCollectorImpl.recordSendError and DefaultProductionExceptionHandler, and what an answer that was lost means.
describe('a record that had left the task', () => {
  test.each([
    ['fail', { retriable: false }, named],
    ['fail', { retriable: true }, anew],
    [() => 'fail', { retriable: true }, named],
    [() => 'retry', { retriable: true }, anew],
    [() => 'retry', { retriable: false }, named],
    ['continue', { retriable: true, unwritten: false }, anew],
    [() => 'continue', { unwritten: false }, anew],
    [() => 'fail', { unwritten: false }, named],
  ] as const satisfies readonly (readonly [ProductionHandler, Partial<UnwrittenOutput>, object])[])(
    '%s, %j: it throws',
    (handler, more, thrown) => {
      const { handlers, dropped } = asking(handler)
      expect(() => handlers.outputNotWritten(output(more))).toThrow(expect.objectContaining(thrown))
      expect(dropped).toEqual([])
    },
  )

  test.each(['continue', () => 'continue'] as const satisfies readonly ProductionHandler[])(
    '%s: it is dropped, if it is certainly not in the log',
    (handler) => {
      const { handlers, letters, dropped } = asking(handler, 'dead')
      handlers.outputNotWritten(output())
      handlers.outputNotWritten(output({ retriable: true }))
      expect(dropped).toEqual(['sink production', 'sink production'])
      expect(letters.map(({ topic }) => topic)).toEqual(['dead', 'dead'])
    },
  )

  test('no dead letter is written of what is tried again', () => {
    const { handlers, letters } = asking(() => 'retry', 'dead')
    expect(() => handlers.outputNotWritten(output({ retriable: true }))).toThrow(StreamsError)
    const certain = asking('fail', 'dead')
    expect(() => certain.handlers.outputNotWritten(output({ retriable: true }))).toThrow(StreamsError)
    expect([letters, certain.letters]).toEqual([[], []])
  })

  test('of a store: the handler hears whose changelog it is', () => {
    const stores: (string | undefined)[] = []
    const { handlers } = asking(({ store, node }) => {
      stores.push(store, node)
      return 'continue'
    })
    handlers.outputNotWritten(output({ origin: { node: 'counts', store: 'counts' }, source: undefined }))
    expect(stores).toEqual(['counts', 'counts'])
  })

  test('nobody is asked about a dead letter', () => {
    const { handlers, dropped } = asking('continue', 'dead')
    expect(() => handlers.outputNotWritten(output({ origin: undefined }))).toThrow(
      expect.objectContaining({ code: 'protocol-error', message: `a dead letter: ${error.message}` }),
    )
    expect(dropped).toEqual([])
  })

  test('a handler that throws is named', () => {
    const { handlers } = asking(() => {
      throw new Error('oops')
    })
    expect(() => handlers.outputNotWritten(output())).toThrow('productionHandler: oops')
  })
})

test("what only a new start mends is none of the processing handler's business", () => {
  const { handlers, dropped } = asking('fail')
  const failure = {
    node: 'n',
    taskId: '0_0',
    source: undefined,
    sourceKey: null,
    sourceValue: null,
    timestamp: 0,
    headers: [],
    record: undefined,
  }
  for (const code of ['fenced', 'transaction-aborted'] as const) {
    const cause = new StreamsError(code, code)
    expect(() => handlers.processingFailed({ ...failure, error: cause })).toThrow(cause)
  }
  handlers.processingFailed({ ...failure, error: new Error('of a function') })
  expect(dropped).toEqual(['n processing'])
})
