import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { jsonLines, millrace } from './cli-process.ts'

const build = join(import.meta.dirname, '../../build')
const clicks = join(build, 'examples/01-click-count/click-count.js')

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'millrace-cli-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

function module(store: string, file: string): string {
  writeFileSync(
    file,
    `import { string, topic, topology } from '${pathToFileURL(join(build, 'src/index.js')).href}'
const input = topic('in', { key: string, value: string })
export const counted = topology(import.meta.url, (b) => {
  b.stream(input).groupByKey().count({ store: { name: '${store}' } })
})
`,
  )
  return file
}

test('describe prints a topology in each format', async () => {
  const text = await millrace('describe', clicks)
  expect(text).toMatchObject({ code: 0, err: '' })
  expect(text.out).toMatch(/^Topologies:\n {3}Sub-topology: 0\n {4}Source: KSTREAM-SOURCE-0000000000/)
  expect((await millrace('describe', clicks, '--format', 'mermaid')).out).toMatch(/^flowchart TD\n/)
  expect((await millrace('describe', clicks, '--format', 'dot')).out).toMatch(/^digraph topology \{\n/)
  const json = await millrace('describe', clicks, '--format', 'json')
  expect(JSON.parse(json.out)).toMatchObject({
    format: 1,
    stores: [{ name: 'counts-store', kind: 'window' }],
  })
})

test('describe says what is wrong with a module', async () => {
  expect(await millrace('describe')).toMatchObject({
    code: 2,
    err: expect.stringContaining('MODULE is missing'),
  })
  expect(await millrace('describe', '/nowhere.js')).toMatchObject({
    code: 1,
    err: expect.stringContaining('/nowhere.js cannot be imported'),
  })
  const empty = join(folder(), 'empty.mjs')
  writeFileSync(empty, 'export const nothing = 1\n')
  expect(await millrace('describe', empty)).toMatchObject({
    code: 2,
    err: expect.stringContaining('exports no topology'),
  })
  expect(await millrace('describe', clicks, '--format', 'svg')).toMatchObject({ code: 2 })
})

test('diff exits with 1 when state would be orphaned; an old version may be a file that describe has written', async () => {
  const path = folder()
  const old = module('counts', join(path, 'old.mjs'))
  const renamed = module('totals', join(path, 'new.mjs'))
  const kept = join(path, 'kept.json')
  writeFileSync(kept, (await millrace('describe', old, '--format', 'json')).out)
  expect(await millrace('diff', kept, old)).toMatchObject({
    code: 0,
    out: 'the new version goes on where the old one stops\n',
  })
  const text = await millrace('diff', kept, renamed)
  expect(text.code).toBe(1)
  expect(text.out).toMatch(
    /^breaks: store counts becomes totals and its changelog <application.id>-counts-changelog/,
  )
  const json = await millrace('diff', kept, renamed, '--json')
  expect(json.code).toBe(1)
  expect(jsonLines(json)).toMatchObject([{ findings: [{ severity: 'breaks' }] }])
  writeFileSync(kept, '{}')
  expect(await millrace('diff', kept, renamed)).toMatchObject({ code: 2, out: '' })
})
