import { expect, onTestFinished, test, vi } from 'vitest'
import { TaskState } from '../../../src/store/task-state.ts'
import { openHarness } from './harness.ts'
import { type Click, click, clicks, counts, windowed } from './topologies.ts'

const stateMemory = 2 ** 20
const keys = 16_000
/** Ten times the memory. */
const keyBytes = 660
/** Beyond the memory there may be what one fetch brings, before a commit and a checkpoint can follow. */
const mostBytes = 3 * stateMemory

test.each(['auto', 'off'] as const)(
  'kernel: %s: ten times as many distinct keys as memory holds, twice',
  { timeout: 30_000 },
  async (kernel) => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, clicks, counts)
    const register = vi.spyOn(TaskState.prototype, 'register')
    onTestFinished(() => register.mockRestore())
    const app = harness.app(windowed, { kernel, stateMemory, commitInterval: 100 })
    const rows: number[] = []
    const used: number[] = []
    app.on('checkpointed', (checkpoint) => rows.push(checkpoint.rows))
    app.on('committed', () => used.push((register.mock.contexts[0] as TaskState).memoryBytes))
    for (const part of parts()) await harness.kafka.send(clicks, part)
    await app.start()
    await harness.caughtUp(app, clicks)
    expect(rows.length).toBeGreaterThan(5)

    // All but the last are on disk only: they are read back.
    for (const part of parts()) await harness.kafka.send(clicks, part)
    await harness.caughtUp(app, clicks)
    expect(Math.max(...used)).toBeLessThan(mostBytes)
    await app.close()
    // One record at a time, the store's time has a row of its own; it moves once.
    const timeRows = kernel === 'off' ? 1 : 0
    expect(rows.reduce((sum, count) => sum + count)).toBe(2 * keys + timeRows)

    const output = await harness.log(counts.name)
    const values = output.map(({ value }) => Number.parseInt(value!, 16))
    expect(values).toEqual([...Array<number>(keys).fill(1), ...Array<number>(keys).fill(2)])
    expect(new Set(output.slice(keys).map(({ key }) => key)).size).toBe(keys)
  },
)

/** A click for each key, a thousand at a time. */
function* parts(): Generator<{ key: string; value: Click }[]> {
  for (let from = 0; from < keys; from += 1000)
    yield Array.from({ length: 1000 }, (_, i) => click(`${from + i}-`.padEnd(keyBytes, 'x'), i % 300))
}
