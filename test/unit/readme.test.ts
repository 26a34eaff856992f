import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

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

test('every link leads somewhere', () => {
  for (const [, target] of readme.matchAll(/\]\(([^)#\s]+)\)/g))
    if (!/^https?:/.test(target!)) expect(existsSync(join(root, target!)), target).toBe(true)
})
