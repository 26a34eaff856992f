import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { customStore } from '../../../src/dsl/custom-store.ts'
import { HeapLeaders, leader, leading, scores } from '../testing/leaders.ts'
import { openHarness, until } from './harness.ts'

test('a store that logs what it restores is told so', async () => {
  let open = 0
  const careless = customStore('leaders', {
    build: (context) => {
      open++
      const restore = (key: Uint8Array): void => context.log(key, utf8('0'))
      const close = (): void => {
        open--
      }
      return Object.assign(new HeapLeaders(context), { restore, close })
    },
  })
  const harness = openHarness()
  await harness.kafka.createTopics(1, scores, leader)
  await harness.kafka.send(scores, [{ key: 'ann', value: 1, timestamp: 0 }])
  const first = await harness.started(leading(careless))
  await harness.caughtUp(first, scores)
  await first.close()
  const app = harness.app(leading(careless))
  await expect(app.start()).rejects.toMatchObject({
    code: 'processing',
    message: "store 'leaders': it logs while it is being restored",
  })
  await app.ended()
  expect(open).toBe(0)
})

test('a store that cannot be built ends the application, and its task is closed', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, scores, leader)
  let broken = true
  let path = ''
  const store = customStore('leaders', {
    kind: 'lmdb',
    build: (context) => {
      path = context.directory()
      if (broken) throw new Error('not yet')
      return new HeapLeaders(context)
    },
  })
  await expect(harness.app(leading(store)).start()).rejects.toMatchObject({
    code: 'processing',
    message: "store 'leaders': not yet",
  })
  expect([path, existsSync(path)]).toEqual([join(harness.stateDir, 'app/0_0/stores/leaders'), false])
  broken = false
  const app = await harness.started(leading(store))
  await until(() => app.state === 'RUNNING', app)
})

test('a store that cannot be closed ends the application, but does not keep its directory', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, scores, leader)
  let broken = true
  const store = customStore('leaders', {
    kind: 'lmdb',
    build: (context) =>
      Object.assign(new HeapLeaders(context), {
        close() {
          if (broken) throw new Error('stuck')
        },
      }),
  })
  const app = await harness.started(leading(store))
  await app.close()
  expect(app.error).toMatchObject({ code: 'processing', message: "store 'leaders': stuck" })
  broken = false
  const next = await harness.started(leading(store))
  await next.close()
  expect(next.error).toBeUndefined()
})
