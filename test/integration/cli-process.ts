import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inject } from 'vitest'
import type { AppHarness } from './app-harness.ts'

/** As `npm test` has compiled it. */
const build = join(import.meta.dirname, '../../build')

export interface CliResult {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs `millrace` in a process of its own. */
export async function millrace(...args: readonly string[]): Promise<CliResult> {
  const child = spawn(process.execPath, [join(build, 'src/cli/main.js'), ...args])
  let [out, err] = ['', '']
  child.stdout.on('data', (data) => (out += data))
  child.stderr.on('data', (data) => (err += data))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

/** The same with the broker of the run. */
export function onBroker(...args: readonly string[]): Promise<CliResult> {
  return millrace(...args, '--brokers', inject('kafkaBrokers').join(','))
}

/** What a command has printed with `--json`, a value a line. */
export function jsonLines<T>({ out }: CliResult): readonly T[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}

/** Writes a module that exports the harness' topology, for a process without TypeScript. @returns its path. */
export function topologyModule({ name, folder }: AppHarness): string {
  const path = join(folder, 'topology.mjs')
  const index = pathToFileURL(join(build, 'src/index.js')).href
  writeFileSync(
    path,
    `import { field, json, long, string, topic, topology, tumbling, windowKey } from '${index}'
const clicks = topic('${name}-clicks', { key: string, value: json(), timestamp: field('timestamp').seconds() })
const output = topic('${name}-counts', { key: string, value: long })
export const clickCount = topology(import.meta.url, (b) => {
  const counts = b
    .stream(clicks)
    .groupByKey()
    .windowedBy(tumbling('5m', { grace: '1m' }))
    .count({ store: { name: 'counts-store' } })
  counts.toStream().selectKey(windowKey('{key}@{start:HH:mm:ss}')).to(output)
  return { counts }
})
`,
  )
  return path
}
