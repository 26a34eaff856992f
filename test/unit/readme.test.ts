import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resolveOptions } from '../../src/core/options.ts'

const root = join(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

test('the first program is the one that the compiler checks', () => {
  const program = /```ts\n([^`]+)```/.exec(readme)?.[1]
  expect(program).toBe(readFileSync(join(root, 'test/types/readme-program.ts'), 'utf8'))
})

test('every command is there', () => {
  const commands = [...readme.matchAll(/npm (?:run )?([a-z]+)/g)].map((match) => match[1]!)
  for (const command of commands) expect(command === 'ci' || command in scripts, command).toBe(true)
})

test('every option is in the table, and no other', () => {
  const rows = [...readme.matchAll(/^\| `([a-zA-Z]+)` \| /gm)].map((match) => match[1]!)
  const options = Object.keys(resolveOptions({ applicationId: 'x' })).map((name) => name.replace(/Ms$/, ''))
  expect(rows.sort()).toEqual(options.filter((name) => name !== 'logger').sort())
})
