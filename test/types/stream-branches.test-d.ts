import { describe, expectTypeOf, test } from 'vitest'
import { type BranchedKStream, field, type KStream } from '../../src/index.ts'
import { later, nameTopic, type Order, orders, orderTopic } from './shop.ts'

type Paid = Order & { readonly status: 'paid' }

const isPaid = (order: Order): order is Paid => order.status === 'paid'

describe('KStream', () => {
  test('split', () => {
    expectTypeOf(orders.split()).toEqualTypeOf<BranchedKStream<string, Order>>()
    expectTypeOf(orders.split({ name: 'by-' })).toEqualTypeOf<BranchedKStream<string, Order, 'by-'>>()
    // @ts-expect-error a name is text
    orders.split({ name: 1 })
    // @ts-expect-error no such option
    orders.split({ prefix: 'by-' })
  })
})

describe('BranchedKStream', () => {
  test('branch', () => {
    const branches = orders
      .split({ name: 'by-' })
      .branch(isPaid, { name: 'paid' })
      .branch((order, id) => order.customer === id, { name: 'own', via: (own) => own.mapValues(() => 1) })
      .branch(field('amount').gt(100))
      .branch(() => true, { name: 'others', to: (others) => others.to(orderTopic) })
      .noDefaultBranch()
    expectTypeOf(branches.get('by-paid')).toEqualTypeOf<KStream<string, Paid> | undefined>()
    expectTypeOf(branches.get('by-own')).toEqualTypeOf<KStream<string, number> | undefined>()
    expectTypeOf(branches.get('by-3')).toEqualTypeOf<KStream<string, Order> | undefined>()
    // @ts-expect-error no such branch
    branches.get('by-unpaid')
    // @ts-expect-error the split's name comes before
    branches.get('paid')
    // @ts-expect-error a promise is always true
    orders.split().branch(async () => true)
    // @ts-expect-error no such field
    orders.split().branch(field('price').gt(0))
    // @ts-expect-error a stream stands for the branch
    orders.split().branch(isPaid, { via: () => 1 })
    // @ts-expect-error nobody would wait
    orders.split().branch(isPaid, { via: async (paid) => paid })
    // @ts-expect-error nobody would wait
    orders.split().branch(isPaid, { to: later })
    // @ts-expect-error no such option
    orders.split().branch(isPaid, { called: 'paid' })
    // @ts-expect-error the branch has other values than the topic
    orders.split().branch(isPaid, { to: (paid) => paid.to(nameTopic) })
  })

  test('defaultBranch', () => {
    const all = orders.split().branch(() => true)
    // Of a split without a name, no names are known: the streams are those of all branches.
    expectTypeOf(all.defaultBranch().get('KSTREAM-BRANCH-00000000020')).toEqualTypeOf<
      KStream<string, Order> | undefined
    >()
    const named = orders.split({ name: 'by-' }).branch(isPaid, { name: 'paid' })
    expectTypeOf(named.defaultBranch().get('by-0')).toEqualTypeOf<KStream<string, Order> | undefined>()
    const others = named.defaultBranch({ name: 'rest', via: (rest) => rest.mapValues((o) => o.customer) })
    expectTypeOf(others.get('by-rest')).toEqualTypeOf<KStream<string, string> | undefined>()
    for (const [name] of others) expectTypeOf(name).toEqualTypeOf<'by-paid' | 'by-rest'>()
    // @ts-expect-error it has another name
    others.get('by-0')
    // @ts-expect-error there may be no such branch
    others.get('by-rest').to(nameTopic)
    // @ts-expect-error a default branch takes all others
    named.defaultBranch(() => true)
    // @ts-expect-error the branches are complete
    named.defaultBranch().branch(isPaid)
  })

  test('noDefaultBranch', () => {
    const named = orders.split({ name: 'by-' }).branch(isPaid, { name: 'paid' })
    expectTypeOf(named.noDefaultBranch().get('by-paid')).toEqualTypeOf<KStream<string, Paid> | undefined>()
    // @ts-expect-error there is none
    named.noDefaultBranch().get('by-0')
    // @ts-expect-error there is none to name
    named.noDefaultBranch({ name: 'rest' })
  })
})
