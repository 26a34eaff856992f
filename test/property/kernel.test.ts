import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hex } from '../../src/core/bytes.ts'
import { createWasmKernel } from '../../src/kernel/load.ts'
import { createReferenceKernel } from '../../src/kernel/reference/kernel.ts'
import { encodeBatch, type RecordToEncode } from '../../src/protocol/record-batch/encode.ts'
import { type CreateKernel, Driver } from '../unit/kernel/kernel.driver.ts'
import { changelogRecord, inputRecord, keysOf, type Setting, setting } from './kernel-programs.ts'
import { runs } from './runs.ts'

/** What a task may do with its region, in any order. */
type Step =
  | { readonly do: 'process'; readonly batches: readonly RecordToEncode[][]; readonly stretch: number }
  | { readonly do: 'restore'; readonly records: readonly RecordToEncode[]; readonly stretch: number }
  | { readonly do: 'capacity'; readonly bytes: number }
  | { readonly do: 'commit' | 'snapshot' | 'acknowledge' | 'expire' | 'reopen' }

interface Story {
  readonly setting: Setting
  readonly steps: readonly Step[]
}

const stretch = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(16384))

const stepAt = (settings: Setting, time: number): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('process' as const),
        batches: fc.array(fc.array(inputRecord(settings, time), { minLength: 1, maxLength: 12 }), {
          maxLength: 3,
        }),
        stretch,
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('snapshot' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('acknowledge' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('capacity' as const),
        bytes: fc.constantFrom(0, 1000, 1 << 20),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('restore' as const),
        records: fc.array(changelogRecord({ ...settings, step: time }), { minLength: 1, maxLength: 10 }),
        stretch,
      }),
    },
  )

/** Each step is up to two windows later than the one before. */
const story: fc.Arbitrary<Story> = setting.chain((settings) =>
  fc
    .array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 12 })
    .map((advances) => advances.map((_, i) => advances.slice(0, i + 1).reduce((sum, by) => sum + by, 0)))
    .chain((times) => fc.tuple(...times.map((time) => stepAt(settings, time))))
    .map((steps) => ({ setting: settings, steps })),
)

/** Plays the story with one kernel. @returns all that can be seen of it, step by step. */
function play({ setting: settings, steps }: Story, create: CreateKernel): unknown[] {
  const { program } = settings
  const seen: unknown[] = []
  let driver = new Driver(create(program), program)
  let underWay = false
  for (const step of steps) {
    switch (step.do) {
      case 'process':
        driver.process(encoded(step.batches), step.stretch)
        break
      case 'restore': {
        // As a task does: before its first record, which is never older than what was restored.
        driver = reopened(driver, settings, create)
        underWay = false
        driver.restore(encoded([step.records]), step.stretch)
        const latest = Math.max(...step.records.map((record) => record.timestamp))
        driver.region.streamTime = Math.max(driver.region.streamTime, latest)
        break
      }
      case 'commit':
        driver.commit()
        break
      case 'snapshot':
        if (!underWay) seen.push({ snapshot: driver.snapshot() })
        underWay = true
        break
      case 'acknowledge':
        driver.acknowledge()
        underWay = false
        break
      case 'expire':
        seen.push({ expired: driver.expire() })
        break
      case 'capacity':
        driver.region.setCapacity(step.bytes)
        break
      case 'reopen':
        driver = reopened(driver, settings, create)
        underWay = false
        break
    }
    seen.push({ after: step.do, ...visible(driver, settings) })
  }
  return seen
}

function encoded(batches: readonly (readonly RecordToEncode[])[]): Uint8Array[] {
  let baseOffset = 0
  return batches.map((records) => {
    const batch = encodeBatch(records, { baseOffset })
    baseOffset += records.length
    return batch
  })
}

/** As after a crash: what no acknowledged snapshot holds is gone; stream time is known from the commit. */
function reopened(driver: Driver, { program }: Setting, create: CreateKernel): Driver {
  const next = new Driver(create(program), program, driver.disk)
  next.region.streamTime = driver.region.streamTime
  return next
}

function visible(driver: Driver, settings: Setting): object {
  const { windows } = settings.program.aggregate
  const { streamTime } = driver.region
  const last = windows ? Math.max(0, streamTime) - (Math.max(0, streamTime) % windows.sizeMs) : 0
  const starts = windows
    ? Array.from({ length: 12 }, (_, i) => last - i * windows.sizeMs).filter((at) => at >= 0)
    : [0]
  return {
    bad: [...driver.bad],
    counters: driver.counters,
    streamTime,
    open: Array.from({ length: driver.writers }, (_, writer) => driver.kernel.writers.records(writer)),
    closed: driver.closed.map(({ writer, bytes }) => `${writer} ${hex(bytes)}`),
    rows: keysOf(settings).flatMap((key) => starts.map((start) => driver.get(key, start, windows) ?? null)),
  }
}

test('both kernels do the same, to the byte', () => {
  fc.assert(
    fc.property(story, (told) => {
      expect(play(told, createWasmKernel)).toEqual(play(told, createReferenceKernel))
    }),
    runs(400),
  )
})
