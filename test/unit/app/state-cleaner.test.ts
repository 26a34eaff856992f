import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { applicationId, openHarness, until } from './harness.ts'
import { clicks, counts, windowed } from './topologies.ts'

test('a running application removes the state of tasks that went elsewhere, and keeps its own', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  const directory = join(harness.stateDir, applicationId)
  const old = join(directory, '7_0')
  mkdirSync(old, { recursive: true })
  writeFileSync(join(old, 'data.mdb'), 'rows')
  for (const path of [join(old, 'data.mdb'), old]) utimesSync(path, 1, 1)
  const app = await harness.started(windowed, { stateCleanupDelay: 20 })
  await until(() => !existsSync(old), app)
  expect(existsSync(join(directory, '0_0'))).toBe(true)
})
