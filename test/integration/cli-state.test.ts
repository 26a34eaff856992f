import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHarness, until, windowStart } from './app-harness.ts'
import { type CliResult, jsonLines, millrace, onBroker, topologyModule } from './cli-process.ts'

interface Entry {
  readonly task: string
  readonly key: { readonly key: string; readonly window: { readonly start: number; readonly end: number } }
  readonly value: number
  readonly timestamp: number
}

test('state and changelog show what a running application has', async () => {
  const harness = await openHarness()
  const module = topologyModule(harness)
  const of = ['--application-id', harness.name]
  const state = (action: string, ...args: readonly string[]): Promise<CliResult> =>
    millrace('state', action, ...args, ...of, '--state-dir', join(harness.folder, 'only'))

  const app = harness.app('only', harness.topology, { checkpointInterval: 50 })
  await app.start()
  await harness.click('a', 'b', 'a', 'c')
  await harness.caughtUp(app)
  const exported = async (): Promise<readonly Entry[]> => {
    const result = await state('export', module, 'counts-store')
    expect(result, result.err).toMatchObject({ code: 0 })
    return jsonLines<Entry>(result)
  }
  // The last checkpoint follows its commit.
  await until(async () => {
    await harness.click('d')
    return (await exported()).length >= 4
  }, app)
  const entries = await exported()
  const window = { start: windowStart, end: windowStart + 300_000 }
  expect(entries.find(({ key }) => key.key === 'a')).toMatchObject({ key: { key: 'a', window }, value: 2 })

  const got = await state('get', module, 'counts-store', 'a', '--json')
  expect(got.code, got.err).toBe(0)
  expect(jsonLines<Entry>(got)).toMatchObject([
    { key: { key: 'a', window }, value: 2, timestamp: windowStart },
  ])
  expect(await state('get', module, 'counts-store', 'nobody')).toMatchObject({ code: 1, out: '' })
  expect((await state('scan', module, 'counts-store', '--limit', '2')).out.trim().split('\n')).toHaveLength(2)

  const list = await state('list', '--json')
  expect(jsonLines<{ stores: unknown[]; process: number }>(list)[0]).toMatchObject({ process: process.pid })
  expect(list.out).toContain('"store":"counts-store"')
  expect((await state('check', module)).out).toContain(' 0 problems')
  await app.close()

  const decoded = await onBroker('changelog', module, 'counts-store', ...of, '--json')
  expect(decoded.code, decoded.err).toBe(0)
  const latest = new Map(jsonLines<Entry>(decoded).map(({ key, value }) => [key.key, value]))
  expect(latest).toEqual(new Map((await exported()).map(({ key, value }) => [key.key, value])))
  const text = await onBroker('changelog', module, 'counts-store', ...of, '--limit', '1')
  expect(text.out).toMatch(/^\d@\d+ \d{4}-.*Z \{"key":"[abcd]","window":\{"start":\d+,"end":\d+\}\} \d+\n$/)
})

test('state check says what the application would set aside', async () => {
  const harness = await openHarness()
  const module = topologyModule(harness)
  const app = harness.app('only', harness.topology)
  await app.start()
  await harness.click('a', 'b')
  await harness.caughtUp(app)
  await app.close()
  const other = join(harness.folder, 'other.mjs')
  writeFileSync(other, readFileSync(module, 'utf8').replace("tumbling('5m'", "tumbling('6m'"))
  const check = (file: string): Promise<CliResult> =>
    millrace(
      ...['state', 'check', file, '--application-id', harness.name],
      ...['--state-dir', join(harness.folder, 'only')],
    )
  expect(await check(module)).toMatchObject({ code: 0 })
  const changed = await check(other)
  expect(changed.code).toBe(1)
  expect(changed.out).toContain('store counts-store means something else now')
})
