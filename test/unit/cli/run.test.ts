import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Command } from '../../../src/cli/command.ts'
import { UsageError } from '../../../src/cli/command.ts'
import { commands } from '../../../src/cli/commands.ts'
import { runCommand } from '../../../src/cli/run.ts'
import { StreamsError } from '../../../src/core/errors.ts'

const command = (run: Command['run']): Command => ({
  name: 'do',
  summary: 'Do it',
  usage: ['do THING'],
  options: { times: { type: 'string', value: 'N', help: 'how often' } },
  run,
})

async function ran(words: readonly string[], all: readonly Command[]) {
  const written: Record<'out' | 'err', string> = { out: '', err: '' }
  const stream = (name: 'out' | 'err') => ({
    write(text: string): boolean {
      written[name] += text
      return true
    },
  })
  const code = await runCommand(words, all, { out: stream('out'), err: stream('err'), env: {} })
  return { code, ...written }
}

test('exit codes: what the command says, 1 for a failure, 2 for a wrong command line', async () => {
  const failing = (error: unknown) => [command(() => Promise.reject(error))]
  expect(await ran(['do'], [command(() => Promise.resolve(1))])).toEqual({ code: 1, out: '', err: '' })
  expect(await ran(['do'], failing(new StreamsError('topic-missing', 'no such topic: x')))).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^millrace do: no such topic: x\n.+\n$/),
  })
  expect(await ran(['do'], failing(new Error('broken')))).toMatchObject({
    code: 1,
    err: 'millrace do: broken\n',
  })
  expect(await ran(['do'], failing(new UsageError('THING is missing')))).toMatchObject({
    code: 2,
    err: 'millrace do: THING is missing (millrace do --help says more)\n',
  })
  expect(await ran(['do'], failing(new StreamsError('options-invalid', 'x')))).toMatchObject({ code: 2 })
  expect(await ran(['do', '--nonsense'], [command(() => Promise.resolve(0))])).toMatchObject({
    code: 2,
    err: expect.stringContaining("Unknown option '--nonsense'"),
  })
  expect(await ran(['nothing'], commands)).toMatchObject({
    code: 2,
    err: expect.stringContaining("there is no command 'nothing'"),
  })
})

test('arguments are numbers, words and choices, or the command line is wrong', async () => {
  const numbers: (number | undefined)[] = []
  const all = [
    command((args) => {
      numbers.push(args.integer('times', 1))
      args.positionals('THING')
      return Promise.resolve(0)
    }),
  ]
  expect(await ran(['do', 'x', '--times', '3'], all)).toMatchObject({ code: 0 })
  expect(numbers).toEqual([3])
  expect(await ran(['do', 'x', '--times', '0'], all)).toMatchObject({
    code: 2,
    err: expect.stringContaining("--times: '0' is not a whole number of at least 1"),
  })
  expect(await ran(['do'], all)).toMatchObject({ code: 2, err: expect.stringContaining('THING is missing') })
  expect(await ran(['do', 'x', 'y'], all)).toMatchObject({
    code: 2,
    err: expect.stringContaining("'y' is one word too many"),
  })
})

test('the package names the program', () => {
  const root = join(import.meta.dirname, '../../..')
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    bin: { millrace: string }
  }
  expect(bin.millrace).toMatch(/^\.\/dist\/.+\.js$/)
  const source = readFileSync(
    join(root, bin.millrace.replace('/dist/', '/src/').replace(/\.js$/, '.ts')),
    'utf8',
  )
  expect(source).toMatch(/^#!\/usr\/bin\/env node\n/)
})

test('no command is a wrong command line; help of one can be asked for either way', async () => {
  expect(await ran([], commands)).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('describe'),
  })
  expect(await ran(['help', 'diff'], commands)).toEqual(await ran(['diff', '--help'], commands))
})

test('every command has help, which names its options', async () => {
  expect((await ran(['--help'], commands)).code).toBe(0)
  for (const one of commands) {
    const { code, out } = await ran([one.name, '--help'], commands)
    expect(code).toBe(0)
    expect(out).toContain(`usage: millrace ${one.name} `)
    for (const option of [...Object.keys(one.options), 'json', 'help']) expect(out).toContain(`--${option}`)
    expect((await ran(['--help'], commands)).out).toContain(one.summary)
  }
})
