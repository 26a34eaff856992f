import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { noHeaders, type StreamRecord } from '../../../src/core/record.ts'
import type { OperatorContext } from '../../../src/operator/context.ts'
import { ForeignTableOperator } from '../../../src/operator/fk-foreign-table.ts'
import { ResponseJoinOperator } from '../../../src/operator/fk-response-join.ts'
import { SubscriptionReceiveOperator } from '../../../src/operator/fk-subscription-receive.ts'
import { SubscriptionSendOperator } from '../../../src/operator/fk-subscription-send.ts'
import type { Operator } from '../../../src/operator/operator.ts'
import { TableJoinOperator } from '../../../src/operator/table-join.ts'
import { murmur3 } from '../../../src/protocol/murmur3.ts'
import { combinedKey } from '../../../src/serde/combined-key.ts'
import { string } from '../../../src/serde/scalars.ts'
import type { Serde } from '../../../src/serde/serde.ts'
import type { Subscription } from '../../../src/serde/subscription.ts'

const text = string as Serde<unknown>

/** A task that has one store, of plain values at time 7, and keeps what is forwarded and dropped. */
function task(rows: Readonly<Record<string, unknown>> = {}) {
  const forwarded: StreamRecord<unknown, unknown>[] = []
  const dropped: string[] = []
  const next: Operator = { process: (record) => void forwarded.push(record) }
  const store = {
    putIfAbsent: () => undefined,
    get: (key: string) => (key in rows ? { value: rows[key], timestamp: 7 } : undefined),
    put: () => expect.unreachable('nothing is stored'),
    prefixScan: () => expect.unreachable('nothing is looked up'),
  }
  const context = {
    partition: 3,
    store: () => store,
    forward: (to: Operator, record: StreamRecord<unknown, unknown>) => to.process(record),
    dropped: (node: string, reason: string) => void dropped.push(`${node} ${reason}`),
  } as unknown as OperatorContext
  return { context, next, forwarded, dropped }
}

const record = (key: unknown, value: unknown) => ({ key, value, timestamp: 5, headers: noHeaders })
const update = (newValue: string | null, oldValue: string | null = null, isLatest = true) => ({
  newValue,
  oldValue,
  isLatest,
})

const view = { kind: 'store', store: 's' } as const
const join = { parents: [], joiner: (l: unknown, r: unknown) => `${l}+${r}`, name: 'join' } as const

test('a side of a table join drops updates without a key, and those a later one of the row has overtaken', () => {
  const { context, next, forwarded, dropped } = task({ a: 'r' })
  const node = {
    ...join,
    kind: 'table-join',
    side: 'left',
    join: 'inner',
    other: view,
    sendOldValues: false,
  } as const
  const operator = new TableJoinOperator(node, context, next)
  operator.process(record(null, update('l')))
  operator.process(record('a', update('l', null, false)))
  operator.process(record('a', update('l')))
  expect(dropped).toEqual(['join null-key', 'join outdated'])
  expect(forwarded).toEqual([{ ...record('a', update('l+r')), timestamp: 7 }])
})

test('a row without a foreign key is dropped by an inner join, and answered with nothing by a left one', () => {
  const send = (left: boolean, value: unknown) => {
    const { context, next, forwarded, dropped } = task()
    const node = {
      kind: 'fk-subscription-send',
      name: 'send',
      parents: [],
      left,
      foreignKey: () => undefined,
    } as const
    new SubscriptionSendOperator({ ...node, valueSerde: text, foreignKeySerde: text }, context, next).process(
      record('a', value),
    )
    return {
      dropped,
      keys: forwarded.map(({ key, value }) => [key, (value as Subscription).primaryPartition]),
    }
  }
  expect(send(false, update('l'))).toEqual({ dropped: ['send null-foreign-key'], keys: [] })
  expect(send(false, update(null, 'l'))).toEqual({ dropped: [], keys: [] })
  expect(send(true, update('l'))).toEqual({ dropped: [], keys: [[null, 3]] })
  expect(send(true, update('l', null, false))).toEqual({ dropped: ['send outdated'], keys: [] })
})

test('a subscription without a foreign key is not kept, and dropped if it wants no answer', () => {
  const { context, next, forwarded, dropped } = task()
  const node = { kind: 'fk-subscription-receive', name: 'receive', parents: [], store: 's' } as const
  const operator = new SubscriptionReceiveOperator(
    { ...node, keySerde: combinedKey(text, text) },
    context,
    next,
  )
  const subscription = { hash: null, primaryKey: 'a', primaryPartition: 0 }
  operator.process(record(null, { ...subscription, instruction: 'delete-key-and-propagate' }))
  operator.process(record(null, { ...subscription, instruction: 'propagate-null-if-no-fk-val-available' }))
  expect(dropped).toEqual(['receive null-foreign-key'])
  expect(forwarded.map(({ key }) => key)).toEqual([{ foreignKey: null, primaryKey: 'a' }])
})

test('the right table drops what has no key or is overtaken', () => {
  const { context, next, dropped } = task()
  const node = { kind: 'fk-foreign-table', name: 'right', parents: [], store: 's' } as const
  const operator = new ForeignTableOperator({ ...node, keySerde: combinedKey(text, text) }, context, next)
  operator.process(record(null, update('r')))
  operator.process(record('x', update('r', null, false)))
  expect(dropped).toEqual(['right null-key', 'right outdated'])
})

test('an answer to a question about another value is dropped', () => {
  const { context, next, forwarded, dropped } = task({ a: 'l' })
  const node = { ...join, kind: 'fk-response-join', left: false, view, valueSerde: text } as const
  const operator = new ResponseJoinOperator(node, context, next)
  const answer = (hash: Uint8Array | null) => ({ hash, foreignValue: 'r', primaryPartition: null })
  operator.process(record('a', answer(murmur3(utf8('before')))))
  operator.process(record('a', answer(null)))
  operator.process(record('b', answer(murmur3(utf8('l')))))
  expect(dropped).toEqual(['join outdated', 'join outdated', 'join outdated'])
  operator.process(record('a', answer(murmur3(utf8('l')))))
  expect(forwarded).toEqual([record('a', 'l+r')])
})
