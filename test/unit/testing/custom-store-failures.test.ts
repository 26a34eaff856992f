import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { customStore } from '../../../src/dsl/custom-store.ts'
import type { StoreToken } from '../../../src/plan/processor-spec.ts'
import type { CustomStoreContext, LoggedStore, StoreHooks } from '../../../src/store/custom-store.ts'
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.ts'
import { HeapLeaders, leading, processing, scores, wired } from './leaders.ts'

describe('what goes wrong names the store', () => {
  const broken = (build: (context: CustomStoreContext) => StoreHooks & Partial<LoggedStore>) =>
    customStore('broken', { build: build as (context: CustomStoreContext) => LoggedStore })

  const failing = (hooks: StoreHooks): StoreToken<object> => broken(() => ({ restore() {}, ...hooks }))
  const run = (store: StoreToken<object>) => () => {
    using driver = new TopologyTestDriver(processing(store, () => {}))
    driver.input(scores).pipe('a', 1)
  }
  const fail = () => {
    throw new Error('no')
  }

  test.each([
    ['build', broken(fail), "store 'broken': no"],
    ['flush', failing({ flush: fail }), "store 'broken': no"],
    ['close', failing({ close: fail }), "store 'broken': no"],
    ['no restore', broken(() => ({})), "store 'broken': it has no method restore"],
    [
      'a promise',
      failing({ flush: (async () => {}) as unknown as () => undefined }),
      "store 'broken': the function returned a promise",
    ],
    [
      'logging too early',
      broken(({ log }) => {
        log(utf8('k'), null)
        return { restore() {} }
      }),
      "store 'broken': it logs while it is being built",
    ],
  ])('%s', (_, store, message) => {
    expect(run(store)).toThrowError(expect.objectContaining({ code: 'processing', message }))
  })

  test('if one cannot be built, those before it are closed, and their directories go', () => {
    const calls: string[] = []
    let path = ''
    const first = customStore('a', {
      build: (context) => {
        path = context.directory()
        return { restore() {}, close: () => void calls.push('close a') }
      },
    })
    const built = wired((t) => {
      t.addSource('S', scores).addProcessor(
        'P',
        { process: () => undefined },
        { parents: 'S', stores: [first, customStore('z', { changelog: 'off', build: fail })] },
      )
    })
    expect(() => new TopologyTestDriver(built)).toThrowError("store 'z': no")
    expect(built.plan.stores.map(({ name }) => name)).toEqual(['a', 'z'])
    expect(calls).toEqual(['close a'])
    expect(existsSync(path)).toBe(false)
  })

  test('if one cannot be closed, the others are', () => {
    const calls: string[] = []
    const last = customStore('last', {
      build: () => ({ restore() {}, close: () => void calls.push('close last') }),
    })
    const stores = [failing({ close: fail }), last]
    const built = wired((t) => {
      t.addSource('S', scores).addProcessor('P', { process: () => undefined }, { parents: 'S', stores })
    })
    const driver = new TopologyTestDriver(built)
    expect(() => driver.close()).toThrowError("store 'broken': no")
    expect(calls).toEqual(['close last'])
  })

  test('once it is closed it takes no more', () => {
    const store = customStore('leaders', { build: (context) => new HeapLeaders(context) })
    const driver = new TopologyTestDriver(leading(store))
    const held = driver.store(store)
    held.add('ann', 1)
    driver.close()
    expect(() => held.add('ann', 1)).toThrowError(
      expect.objectContaining({ code: 'lifecycle', message: "store 'leaders': it is closed, with its task" }),
    )
    expect(() => held.context.rows.put(utf8('a'), null)).toThrowError('it is closed, with its task')
  })
})
