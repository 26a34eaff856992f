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
  | { readonly do: 'commit' | 'snapshot' | 'acknowledge' | 'checkpoint' | 'expire' | 'reopen' }

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
        batches: fc.array(
          fc.array(inputRecord(settings, time), { minLength: 1, maxLength: 15, size: 'max' }),
          {
            maxLength: 3,
          },
        ),
        stretch,
      }),
    },
    {
      weight: 9,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'commit',
          'commit',
          'snapshot',
          'acknowledge',
          'checkpoint',
          'checkpoint',
          'expire',
          'reopen',
          'reopen',
        ),
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
    .array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 20, size: 'max' })
    .map((advances) => advances.map((_, i) => advances.slice(0, i + 1).reduce((sum, by) => sum + by, 0)))
    .chain((times) => fc.tuple(...times.map((time) => stepAt(settings, time))))
    .map((steps) => ({ setting: settings, steps })),
)

/** @returns all that can be seen of one kernel as the story goes. */
function play({ setting: settings, steps }: Story, create: CreateKernel): unknown[] {
  const task = new Task(settings, create)
  for (const step of steps) task.take(step)
  task.take({ do: 'commit' })
  task.take({ do: 'snapshot' })
  return task.seen
}

class Task {
  readonly seen: unknown[] = []
  readonly #setting: Setting
  readonly #create: CreateKernel
  #driver: Driver
  #snapshotUnderWay = false

  constructor(settings: Setting, create: CreateKernel) {
    this.#setting = settings
    this.#create = create
    this.#driver = this.#open()
  }

  take(step: Step): void {
    this.seen.push({ [step.do]: this.#do(step), ...this.#visible() })
  }

  #do(step: Step): unknown {
    switch (step.do) {
      case 'process':
        return void this.#driver.process(encoded(step.batches), step.stretch)
      case 'restore':
        return this.#restore(step.records, step.stretch)
      case 'commit':
        return this.#driver.commit()
      case 'snapshot':
        return this.#snapshot()
      case 'acknowledge':
        return this.#acknowledge()
      case 'checkpoint': {
        const rows = this.#snapshot()
        this.#acknowledge()
        return rows
      }
      case 'expire':
        return this.#driver.expire()
      case 'reopen':
        return this.#reopen()
    }
  }

  /** At most one is under way. */
  #snapshot(): unknown {
    if (this.#snapshotUnderWay) return undefined
    this.#snapshotUnderWay = true
    return this.#driver.snapshot()
  }

  #acknowledge(): void {
    this.#driver.acknowledge()
    this.#snapshotUnderWay = false
  }

  /** As after a crash: what no acknowledged snapshot holds is gone; stream time is known from the commit. */
  #reopen(): void {
    const { region, disk } = this.#driver
    this.#driver = this.#open(disk)
    this.#driver.region.streamTime = region.streamTime
    this.#snapshotUnderWay = false
  }

  /** As a task does: before its first record, and what was restored is not younger than stream time. */
  #restore(records: readonly RecordToEncode[], size: number): void {
    this.#reopen()
    this.#driver.restore(encoded([records]), size)
    const latest = Math.max(...records.map((record) => record.timestamp))
    this.#driver.region.streamTime = Math.max(this.#driver.region.streamTime, latest)
  }

  #open(disk?: Driver['disk']): Driver {
    const { program, capacity, keep } = this.#setting
    const driver = new Driver(this.#create(program), program, disk)
    driver.keep = keep
    if (capacity !== null) driver.region.setCapacity(capacity)
    return driver
  }

  #visible(): object {
    const driver = this.#driver
    return {
      bad: [...driver.bad],
      counters: driver.counters,
      streamTime: driver.region.streamTime,
      open: Array.from({ length: driver.writers }, (_, writer) => driver.kernel.writers.records(writer)),
      closed: driver.closed.map(({ writer, bytes }) => `${writer} ${hex(bytes)}`),
      rows: this.#rows(),
    }
  }

  /** Of all keys, in the windows around stream time. */
  #rows(): unknown[] {
    const { windows } = this.#setting.program.aggregate
    const latest = Math.max(0, this.#driver.region.streamTime)
    const starts = windows
      ? Array.from({ length: 12 }, (_, i) => latest - (latest % windows.sizeMs) - i * windows.sizeMs)
      : [0]
    return keysOf(this.#setting).flatMap((key) =>
      starts.filter((start) => start >= 0).map((start) => this.#driver.get(key, start, windows) ?? null),
    )
  }
}

function encoded(batches: readonly (readonly RecordToEncode[])[]): Uint8Array[] {
  let baseOffset = 0
  return batches.map((records) => {
    const batch = encodeBatch(records, { baseOffset })
    baseOffset += records.length
    return batch
  })
}

test('both kernels do the same, to the byte', () => {
  fc.assert(
    fc.property(story, (told) => {
      expect(play(told, createWasmKernel)).toEqual(play(told, createReferenceKernel))
    }),
    runs(150),
  )
})
