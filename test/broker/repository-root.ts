import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of package.json, from the TypeScript source and from `build/` alike. */
export const repositoryRoot: string = findRoot(import.meta.dirname)

function findRoot(from: string): string {
  if (existsSync(join(from, 'package-lock.json'))) return from
  const parent = dirname(from)
  if (parent === from) throw new Error('run this inside the Millrace repository')
  return findRoot(parent)
}
