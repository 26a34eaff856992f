import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { silentLogger } from '../../../src/core/logger.ts'
import { applicationId, type Harness, openHarness } from './harness.ts'
import { clicks, counts, windowed } from './topologies.ts'

function fileOf({ stateDir }: Harness): string {
  return join(stateDir, applicationId, 'group-members.json')
}

function leave(harness: Harness, text: string): void {
  mkdirSync(join(harness.stateDir, applicationId), { recursive: true })
  writeFileSync(fileOf(harness), text)
}

/** A member of the application's group that will never answer again. */
async function ghost({ client }: Harness): Promise<string> {
  const member = client.group({
    groupId: applicationId,
    protocolName: 'stream',
    sessionTimeoutMs: 3_600_000,
    rebalanceTimeoutMs: 3_600_000,
    heartbeatIntervalMs: 1_000_000,
    metadata: () => new Uint8Array(),
    assign: async () => new Map([[member.group.memberId, new Uint8Array()]]),
  })
  await member.join()
  member.stop()
  return member.group.memberId
}

test('who was killed is taken out of the group: nobody waits for his session', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  leave(harness, JSON.stringify([await ghost(harness)]))
  const app = await harness.started(windowed)
  expect(app.state).toBe('RUNNING')
})

test.each(['{', '{}', '[1]', '["unknown"]', ''])(
  'a file that says %j keeps nobody from starting',
  async (text) => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, clicks, counts)
    leave(harness, text)
    const app = await harness.started(windowed)
    expect(app.state).toBe('RUNNING')
  },
)

test('the file has the members that are in the group, and none when they have left', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(2, clicks, counts)
  const app = await harness.started(windowed, { threads: 2 })
  const members = JSON.parse(readFileSync(fileOf(harness), 'utf8')) as string[]
  expect(members).toHaveLength(2)
  for (const memberId of members) await harness.client.removeMember(applicationId, memberId, 'test')
  await app.close()
  expect(JSON.parse(readFileSync(fileOf(harness), 'utf8'))).toEqual([])
})

test('a static member is not written down: its successor has its name', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  await harness.started(windowed, { groupInstanceId: 'one' })
  expect(existsSync(fileOf(harness))).toBe(false)
})

test('that the broker refuses is logged, and no more', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  leave(harness, '["somebody"]')
  const warnings: string[] = []
  const createClient: Harness['kafka']['createClient'] = (context) => {
    const client = harness.kafka.createClient(context)
    client.removeMember = () => Promise.reject(new Error('no'))
    return client
  }
  await harness.started(windowed, {
    kafka: { createClient },
    logger: { ...silentLogger, warn: (_facts: object, text: string) => warnings.push(text) },
  })
  expect(warnings).toContain('its process is gone: the group waits for its session to end')
})

test('that the file cannot be written is logged, and no more', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  mkdirSync(fileOf(harness), { recursive: true })
  const warnings: string[] = []
  await harness.started(windowed, {
    logger: { ...silentLogger, warn: (_facts: object, text: string) => warnings.push(text) },
  })
  expect(warnings.some((text) => text.startsWith(`${fileOf(harness)} cannot be written`))).toBe(true)
})
