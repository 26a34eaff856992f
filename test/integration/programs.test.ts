import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'

/** What people run, as `npm test` has compiled it. */
const build = join(import.meta.dirname, '../../build')

interface Ended {
  readonly code: number | null
  readonly output: string
}

function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [join(build, program), ...args], { env: { ...process.env, ...env } })
}

async function ended(child: ChildProcess): Promise<Ended> {
  let output = ''
  child.stdout?.on('data', (data) => (output += data))
  child.stderr?.on('data', (data) => (output += data))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

const demo = 'examples/01-click-count/demo.js'
const summary = /Closed cleanly: (\d+) clicks counted in \d+ commits/

test('the demo runs with nothing but Node', async () => {
  const { code, output } = await ended(start(demo, ['--duration', '3s'], { KAFKA_BROKERS: '' }))
  expect(output).toMatch(summary)
  expect(Number(summary.exec(output)![1])).toBeGreaterThan(0)
  expect(code).toBe(0)
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'the demo runs on a broker: %s commits and closes',
  async (signal) => {
    const child = start(demo, [], { KAFKA_BROKERS: inject('kafkaBrokers').join(',') })
    const end = ended(child)
    const interrupt = (data: unknown): void => {
      if (!/[1-9]\d* clicks counted/.test(String(data))) return
      child.stdout?.off('data', interrupt)
      child.kill(signal)
    }
    child.stdout?.on('data', interrupt)
    const { code, output } = await end
    expect(output).toMatch(summary)
    expect(code).toBe(0)
  },
)

test('the demo says what is wrong with its arguments and its brokers', async () => {
  const wrong = await ended(start(demo, ['--duration', 'soon']))
  expect(wrong).toMatchObject({ code: 2, output: expect.stringContaining('give seconds, such as 10s') })
})

test.each([
  ['02-fraud-detection', /^alert: card-1 \{"payments":3,"total":1200\}$/m],
  ['03-order-enrichment', /^o2: .*"customer":"Ada","status":"sent","due":20\}$/m],
  ['04-deduplication', /^b: second\nb: third$/m],
  ['05-tenant-repartition', /^tenant-2: 10 readings$/m],
] as const)('example %s runs with nothing but Node', async (example, output) => {
  expect(await ended(start(`examples/${example}/demo.js`, []))).toMatchObject({
    code: 0,
    output: expect.stringMatching(output),
  })
})

test('example 06-testing: its tests pass', async () => {
  const child = spawn(process.execPath, ['--test', join(build, 'examples/06-testing/fraud.test.js')])
  const { code, output } = await ended(child)
  expect(output).toMatch(/^# pass 2$/m)
  expect(code).toBe(0)
})

test('the benchmark checks its own result, and prints JSON', async () => {
  const args = ['windowed-count', '--records', '100000', '--json']
  const { code, output } = await ended(start('bench/run.js', args))
  expect({ code, output }).toMatchObject({ code: 0 })
  expect(JSON.parse(output)).toMatchObject({ pipeline: 'windowed-count', records: 100_000 })
})

test('the benchmark refuses a name that is not there', async () => {
  const { code, output } = await ended(start('bench/run.js', ['nothing']))
  expect(output).toMatch(/no benchmark 'nothing'; there are kernel, record-path, /)
  expect(code).toBe(1)
})
