import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { guideProgram } from './guide-program.ts'

const root = join(import.meta.dirname, '../../..')
const guides = join(root, 'docs/guides')
const programs = join(root, 'build/guides')
const pages = readdirSync(guides).filter((file) => file.endsWith('.md'))
const withCode = pages.filter((page) => guideProgram(textOf(page)) !== '')

function textOf(page: string): string {
  return readFileSync(join(guides, page), 'utf8')
}

function programOf(page: string): string {
  return join(programs, `${basename(page, '.md')}.ts`)
}

beforeAll(() => {
  rmSync(programs, { recursive: true, force: true })
  mkdirSync(programs, { recursive: true })
  for (const page of withCode) writeFileSync(programOf(page), guideProgram(textOf(page)))
  const config = {
    extends: '../../tsconfig.json',
    // A guide names things to show them.
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: ['.'],
  }
  writeFileSync(join(programs, 'tsconfig.json'), JSON.stringify(config))
})

test('the code of the guides compiles', () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  let output = ''
  try {
    execFileSync(process.execPath, [tsc, '-p', programs, '--noEmit'], { encoding: 'utf8' })
  } catch (error) {
    output = (error as { stdout: string }).stdout
  }
  // What is wrong in src is told by `npm run check`.
  expect(output.split('\n').filter((line) => line.startsWith('build/guides'))).toEqual([])
})

test.each(withCode)('the code of %s runs', async (page) => {
  await import(programOf(page))
})

test.each(pages)('the links of %s lead somewhere', (page) => {
  for (const [, target] of textOf(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g))
    if (!/^https?:/.test(target!)) expect(existsSync(join(guides, target!)), target).toBe(true)
})
