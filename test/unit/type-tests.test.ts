import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'

// Each method and each function of the language has a section of its name in test/types, which says what types come out
// and which uses must not compile. The list is taken from the code, so that what is added asks for its test.

const root = join(import.meta.dirname, '../..')
const typeTests = join(root, 'test/types')
/** What of the public API is the language: topologies and their stores, serdes, expressions, and what tests them. */
const language = /^\.\/(dsl|expr|serde)\/|^\.\/(topology-test-driver|test-topics|mock-)/
/** Of the graph under construction: public for the steps alone. */
const inner = new Set(['constructor', 'position'])

interface Section {
  /** The class that `describe` names; null outside of one. */
  readonly of: string | null
  /** Methods or functions that `test` names: `join`, `join: by a foreign key`, `int16, int32`. */
  readonly names: readonly string[]
  readonly text: string
}

/** The tests of a file as Biome lays them out: one level deep, or two in a `describe`. */
function sectionsOf(file: string): Section[] {
  const text = readFileSync(join(typeTests, file), 'utf8')
  const sections: Section[] = []
  let of: string | null = null
  for (const [, outer, inner, title, body] of text.matchAll(
    /^describe\('([^']+)'|^( {2})?test\('([^']+)', \(\) => \{\n([\s\S]*?)^\2\}\)$/gm,
  )) {
    if (outer !== undefined) of = outer
    else
      sections.push({
        of: inner === undefined ? null : of,
        names: title!.split(':')[0]!.split(', '),
        text: body!,
      })
  }
  return sections
}

const sections = readdirSync(typeTests)
  .filter((file) => file.endsWith('.test-d.ts'))
  .flatMap(sectionsOf)

/** What an index exports of the language, values and types: each name with what the module has under it. */
async function exportsOf(index: string): Promise<[name: string, value: unknown][]> {
  const text = readFileSync(join(root, 'src', index), 'utf8')
  const exported: [string, unknown][] = []
  for (const [, names, from] of text.matchAll(/^export (?:type )?\{([^}]+)\} from '([^']+)'/gm)) {
    if (!language.test(from!)) continue
    const module = (await import(join(root, 'src', index, '..', from!))) as Record<string, unknown>
    for (const name of names!.split(',').map((part) => part.replace(/\btype /, '').trim()))
      if (name in module) exported.push([name, module[name]])
  }
  return exported
}

function isClass(value: unknown): value is { readonly prototype: object } {
  return typeof value === 'function' && /^class\b/.test(String(value))
}

/** Methods and accessors, those of the classes that it extends included. */
function membersOf({ prototype }: { readonly prototype: object }): string[] {
  const members = new Set<string>()
  for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at) as object)
    for (const name of Object.getOwnPropertyNames(at)) if (!inner.has(name)) members.add(name)
  return [...members]
}

/** What has no section, or only one that checks no type, or that has no wrong use. */
function missing(of: string | undefined, name: string): string[] {
  const found = sections.filter(
    (section) => (of === undefined || section.of === of) && section.names.includes(name),
  )
  const text = found.map((section) => section.text).join('')
  const full = of === undefined ? name : `${of}.${name}`
  return [
    ...(text.includes('expectTypeOf') ? [] : [`${full}: no type of what comes out`]),
    ...(text.includes('@ts-expect-error') ? [] : [`${full}: no wrong use`]),
  ]
}

describe('each has its type test', () => {
  let language: [name: string, value: unknown][] = []

  beforeAll(async () => {
    language = [...(await exportsOf('index.ts')), ...(await exportsOf('testing/index.ts'))]
  })

  test('method of a public class', () => {
    const classes = language.filter(([, value]) => isClass(value))
    const names = classes.map(([name]) => name)
    expect(names).toContain('KStream')
    expect(names).toContain('TopologyTestDriver')
    const members = classes.flatMap(([name, value]) =>
      isClass(value) ? membersOf(value).map((member) => [name, member] as const) : [],
    )
    // Inherited ones too.
    expect(members).toContainEqual(['KStream', 'filter'])
    expect(members).toContainEqual(['KStream', 'join'])
    expect(members.flatMap(([name, member]) => missing(name, member))).toEqual([])
  })

  test('function and constant', () => {
    const others = language.filter(([, value]) => !isClass(value)).map(([name]) => name)
    expect(others).toContain('topic')
    expect(others).toContain('string')
    expect(others.flatMap((name) => missing(undefined, name))).toEqual([])
  })
})
