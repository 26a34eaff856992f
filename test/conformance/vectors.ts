import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ConformanceCase } from './case.ts'

/** The vector files of files and folders, folders with all below them. */
export function vectorFiles(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]))
}

function filesBelow(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => join(folder, file))
}

/** @throws Error for a file that is not one of vectors of the format known here. */
export function readCases(file: string): readonly ConformanceCase[] {
  const { format, cases } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly format?: number
    readonly cases?: readonly ConformanceCase[]
  }
  if (format !== 1 || !cases) throw new Error(`${file}: not a file of conformance vectors of format 1`)
  return cases
}
