import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

/** A file imports from its own folder and from lower layers; folders of one layer never import each other. */
const layers: readonly (readonly string[])[] = [
  ['core'],
  ['serde', 'expr', 'protocol', 'metrics'],
  ['kernel', 'store', 'client'],
  ['plan', 'region'],
  ['operator', 'dsl'],
  ['task', 'assign'],
  ['thread'],
  ['query'],
  ['http'],
  ['app'],
  ['testing', 'cli'],
]
const src = join(import.meta.dirname, '../../src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

interface Import {
  readonly from: string
  readonly to: string
}

function imports(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8')
  return [...text.matchAll(/(?:from|import)\s+'([^']+)'|import\('([^']+)'\)/g)].map((match) => ({
    from: file,
    to: (match[1] ?? match[2])!,
  }))
}

const all = files.flatMap(imports)
const folder = (file: string): string | undefined =>
  file.includes('/') ? file.slice(0, file.indexOf('/')) : undefined
const layer = (name: string): number => layers.findIndex((names) => names.includes(name))

test('every folder has a layer', () => {
  for (const file of files) if (folder(file)) expect(layer(folder(file)!), file).toBeGreaterThanOrEqual(0)
})

test('imports go to the same folder or to a lower layer', () => {
  const wrong = all.flatMap(({ from, to }) => {
    const own = folder(from)
    if (own === undefined || !to.startsWith('.')) return []
    const target = folder(relative(src, join(src, dirname(from), to)))
    if (target === own) return []
    return target !== undefined && layer(target) < layer(own) ? [] : [`${from} -> ${to}`]
  })
  expect(wrong).toEqual([])
})

test('one file imports kafkajs, and lmdb is imported by the store only', () => {
  const importers = (name: string): string[] => [
    ...new Set(all.filter(({ to }) => to === name || to.startsWith(`${name}/`)).map(({ from }) => from)),
  ]
  for (const file of importers('kafkajs')) expect(file).toBe('client/kafka/kafkajs.ts')
  for (const file of importers('lmdb')) expect(folder(file)).toBe('store')
})

test('time comes from core/time only', () => {
  const clocks =
    /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bset(?:Timeout|Interval|Immediate)\(|\bhrtime\b/
  const wrong = files.filter(
    (file) => !file.startsWith('core/time/') && clocks.test(readFileSync(join(src, file), 'utf8')),
  )
  expect(wrong).toEqual([])
})

test('nothing but names is exported from the front door', () => {
  const index = files.includes('index.ts') ? readFileSync(join(src, 'index.ts'), 'utf8') : ''
  expect(index).not.toMatch(/export \*/)
})
