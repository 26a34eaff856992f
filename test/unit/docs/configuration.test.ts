import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { javaOptions, restoreOptions } from '../../../src/app/properties/java-options.ts'
import { configurationPage, defaultsByOption } from '../../docs/configuration.ts'
import { whenToChange } from '../../docs/when-to-change.ts'

const root = join(import.meta.dirname, '../../..')

test('the page is what npm run docs makes', () => {
  expect(readFileSync(join(root, 'docs/configuration.md'), 'utf8')).toBe(configurationPage())
})

test('every option is on it, and no other', () => {
  expect(Object.keys(whenToChange).sort()).toEqual([...defaultsByOption().keys()].sort())
})

test('every option that Java has is an option', () => {
  for (const { option } of [...javaOptions, ...restoreOptions])
    expect(whenToChange, option).toHaveProperty([option])
})

test.each(['production-checklist.md', 'tuning.md'])('%s names only options that there are', (page) => {
  const text = readFileSync(join(root, 'docs', page), 'utf8')
  const cells = [...text.matchAll(/^\|[^|]*\|([^|]*)\|/gm)].flatMap((row) => [
    ...row[1]!.matchAll(/`([a-zA-Z.]+)`/g),
  ])
  const named = cells.map((cell) => cell[1]!)
  expect(named.length).toBeGreaterThan(5)
  const groups = [
    'consumer',
    'restoreConsumer',
    'producer',
    'kafka',
    'uncaughtErrorHandler',
    'logger',
    'listen',
  ]
  for (const name of named) expect([...Object.keys(whenToChange), ...groups], name).toContain(name)
})

test.each(['configuration', 'security'])('the code of %s.md is what the compiler checks', (page) => {
  const text = readFileSync(join(root, `docs/${page}.md`), 'utf8')
  const code = /```ts\n(.+?)```\n/s.exec(text)?.[1]
  const program = readFileSync(join(root, `test/types/${page}-program.ts`), 'utf8')
  expect(code?.replace("'./click-count.js'", "'../../examples/01-click-count/click-count.ts'")).toBe(program)
})
