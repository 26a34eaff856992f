import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHarness, outputKey, partitions } from './app-harness.ts'
import { jsonLines, onBroker, topologyModule } from './cli-process.ts'

interface Reset {
  readonly members: readonly string[]
  readonly offsets: readonly { readonly partition: number; readonly from: number; readonly to: number }[]
  readonly deletedTopics: readonly string[]
  readonly deletedState?: string
}

test('an application that was reset counts everything anew; one that is alive is left alone', async () => {
  const harness = await openHarness()
  const module = topologyModule(harness)
  const stateDir = join(harness.folder, 'only')
  const state = join(stateDir, harness.name)
  const reset = (...args: readonly string[]) =>
    onBroker('reset', module, '--application-id', harness.name, '--state-dir', stateDir, ...args)

  const app = harness.app('only', harness.topology)
  await app.start()
  await harness.click('a', 'b', 'a')
  await harness.caughtUp(app)
  const refused = await reset()
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('has members') })
  expect(refused.err).toContain('--force')
  await app.close()

  const dry = await reset('--dry-run', '--json')
  expect(dry.code, dry.err).toBe(0)
  const [planned] = jsonLines<Reset>(dry)
  expect(planned!.deletedTopics).toEqual([harness.changelog])
  expect(planned!.deletedState).toBe(state)
  expect(planned!.offsets).toHaveLength(partitions)
  expect(planned!.offsets.reduce((sum, { from }) => sum + (from ?? 0), 0)).toBe(3)
  expect(planned!.offsets.every(({ to }) => to === 0)).toBe(true)
  expect(existsSync(state)).toBe(true)
  expect((await harness.client.topics([harness.changelog])).size).toBe(1)

  const done = await reset()
  expect(done.code, done.err).toBe(0)
  expect(done.out).toContain(`deleted: topic ${harness.changelog}`)
  expect(existsSync(state)).toBe(false)
  expect((await harness.client.listTopics()).has(harness.changelog)).toBe(false)
  const offsets = await harness.client.admin.groupOffsets(harness.name)
  expect(offsets.filter(({ topic }) => topic === harness.clicks.name).map(({ offset }) => offset)).toEqual(
    Array.from({ length: partitions }, () => 0),
  )

  const again = harness.app('only', harness.topology)
  await again.start()
  await harness.caughtUp(again)
  await again.close()
  expect(await harness.updates()).toEqual(
    new Map([
      [outputKey('a'), [1, 2, 1, 2]],
      [outputKey('b'), [1, 1]],
    ]),
  )
})

test('--force takes members out; offsets go where they are told, and not beyond the log', async () => {
  const harness = await openHarness()
  await harness.click('a', 'a', 'a')
  const member = harness.client.group({
    groupId: harness.name,
    protocolName: 'test',
    sessionTimeoutMs: 60_000,
    rebalanceTimeoutMs: 60_000,
    heartbeatIntervalMs: 1000,
    metadata: () => Buffer.from([0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
    assign: (members) => Promise.resolve(new Map(members.map(({ memberId }) => [memberId, Buffer.alloc(0)]))),
  })
  await member.join()
  member.stop()
  const reset = (...args: readonly string[]) =>
    onBroker(
      'reset',
      ...['--application-id', harness.name, '--state-dir', harness.folder, '--json'],
      ...['--input-topics', harness.clicks.name],
      ...args,
    )
  expect(await reset()).toMatchObject({ code: 1 })
  const [forced] = jsonLines<Reset>(await reset('--force', '--to-latest'))
  expect(forced!.members).toHaveLength(1)
  const sum = (one: Reset | undefined): number => one!.offsets.reduce((total, { to }) => total + to, 0)
  expect(sum(forced)).toBe(3)
  expect(sum(jsonLines<Reset>(await reset('--shift-by=-1'))[0])).toBe(2)
  expect(sum(jsonLines<Reset>(await reset('--shift-by', '100'))[0])).toBe(3)
  expect(sum(jsonLines<Reset>(await reset('--to-offset', '1'))[0])).toBe(1)
  expect(sum(jsonLines<Reset>(await reset('--to-datetime', '2001-01-01'))[0])).toBe(0)
  expect(sum(jsonLines<Reset>(await reset('--by-duration', 'PT0S'))[0])).toBe(3)
  const offsets = await harness.client.admin.groupOffsets(harness.name)
  expect(offsets.reduce((total, { offset }) => total + offset, 0)).toBe(3)
})
