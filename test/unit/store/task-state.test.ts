import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { utf8, utf8Text } from '../../../src/core/bytes.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import type { ExpectedStore } from '../../../src/store/checkpoint.ts'
import { MemoryStore } from '../../../src/store/memory-store.ts'
import { StateDirectory } from '../../../src/store/state-directory.ts'
import { TaskState, type TaskStateOptions } from '../../../src/store/task-state.ts'
import { type BytesTable, type BytesWindows, bytesTable, bytesWindows } from './bytes-stores.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const task = { subtopology: 0, partition: 1 }
const expected = (name: string, change: Partial<ExpectedStore> = {}): ExpectedStore => ({
  name,
  fingerprint: `${name}/1`,
  changelogTopic: `app-${name}-changelog`,
  changelogTopicId: 'id-1',
  changelogPartition: 1,
  changelogStart: 0,
  changelogEnd: 1_000_000,
  ...change,
})
const minute = 60_000
const retentionMs = 4 * minute

let clock: ManualClock
let directory: StateDirectory
beforeEach(async () => {
  clock = new ManualClock(1_700_000_000_000)
  directory = await openDirectory(temporaryDirectory())
})

async function openDirectory(stateDir: string): Promise<StateDirectory> {
  const opened = await StateDirectory.open({ stateDir, applicationId: 'app' })
  onTestFinished(() => opened[Symbol.asyncDispose]())
  return opened
}

interface Opened {
  readonly state: TaskState
  readonly table: BytesTable
  readonly windows: BytesWindows
}

/** A task with two stores, opened and closed dirty when the test ends. */
async function open(change: Partial<TaskStateOptions> = {}): Promise<Opened> {
  const state = await TaskState.open({
    task,
    stores: [expected('table'), expected('windows')],
    storage: { kind: 'disk', directory, mapSizeBytes: 2 ** 26 },
    deleteRetentionMs: 86_400_000,
    clock,
    bootId: 'boot-1',
    ...change,
  })
  onTestFinished(() => state.close({ clean: false }))
  const table = bytesTable({ name: 'table', fingerprint: 'table/1' }, state.bytes)
  const windows = bytesWindows({ name: 'windows', fingerprint: 'windows/1' }, retentionMs, state.bytes)
  state.register(table.state)
  state.register(windows.state)
  return { state, table, windows }
}

const offsetsAt = (offset: number): Map<string, number> =>
  new Map([
    ['table', offset],
    ['windows', offset + 1],
  ])

async function checkpoint({ state }: Opened, offset: number): Promise<void> {
  await state.submit(state.cut(offsetsAt(offset)))
}

const put = ({ table }: Opened, key: string, value: string): void => table.put(utf8(key), utf8(value), 1)

function rows({ table, windows }: Opened): string {
  const all = [...table.all()].map((row) => utf8Text(row.key) + utf8Text(row.value))
  const live = [...windows.all()].map((row) => `${utf8Text(row.key)}@${row.start}`)
  return [...all, ...live].join(' ')
}

/** The state as a process finds it that starts after this one was killed: a copy of the files, opened. */
async function afterKill(change: Partial<TaskStateOptions> = {}): Promise<Opened> {
  const copy = temporaryDirectory()
  cpSync(directory.path, join(copy, 'app'), { recursive: true })
  rmSync(join(copy, 'app', '.lock'), { force: true })
  const killed = await openDirectory(copy)
  return open({ storage: { kind: 'disk', directory: killed, mapSizeBytes: 2 ** 26 }, ...change })
}

describe('checkpoints', () => {
  test('rows and offsets come back together', async () => {
    const first = await open()
    expect(first.state.offsets.size).toBe(0)
    put(first, 'a', '1')
    first.windows.put(utf8('k'), minute, utf8('v'), 5)
    await checkpoint(first, 10)
    expect(first.state.dirtyBytes).toBe(0)
    await first.state.close({ clean: true })

    const second = await open()
    expect(second.state.setAside).toBeUndefined()
    expect(second.state.offsets).toEqual(offsetsAt(10))
    expect(rows(second)).toBe(`a1 k@${minute}`)
  })

  test('every entry changed while one is being written stays dirty, and is in the next', async () => {
    const opened = await open()
    const keys = Array.from({ length: 500 }, (_, i) => `k${String(i).padStart(3, '0')}`)
    for (const key of keys) put(opened, key, 'old')
    const written = opened.state.submit(opened.state.cut(offsetsAt(1)))
    expect(opened.state.checkpointing).toBe(true)
    for (const key of keys) put(opened, key, 'new')
    await written
    expect(opened.state.checkpointing).toBe(false)
    expect(opened.state.dirtyBytes).toBeGreaterThan(0)
    expect(rows(opened)).toBe(keys.map((key) => `${key}new`).join(' '))
    expect(rows(await afterKill())).toBe(keys.map((key) => `${key}old`).join(' '))
    await checkpoint(opened, 2)
    expect(opened.state.dirtyBytes).toBe(0)
    expect(rows(await afterKill())).toBe(keys.map((key) => `${key}new`).join(' '))
  })

  test('killed between any two steps, the state is that of the last one written', async () => {
    const opened = await open()
    const found = async (): Promise<string> => {
      const killed = await afterKill()
      expect(killed.state.setAside).toBeUndefined()
      return `${rows(killed)} / ${[...killed.state.offsets.values()]}`
    }
    expect(await found()).toBe(' / ')
    put(opened, 'a', '1')
    expect(await found()).toBe(' / ')
    const cut = opened.state.cut(offsetsAt(1))
    expect(await found()).toBe(' / ')
    await opened.state.submit(cut)
    expect(await found()).toBe('a1 / 1,2')
    put(opened, 'a', '2')
    put(opened, 'b', '2')
    expect(await found()).toBe('a1 / 1,2')
    const next = opened.state.cut(offsetsAt(7))
    expect(await found()).toBe('a1 / 1,2')
    opened.state.discard(next)
    expect(await found()).toBe('a1 / 1,2')
    await opened.state.close({ clean: false })
    expect(await found()).toBe('a1 / 1,2')
  })

  test('closed dirty with changes in memory, the disk is at the last one submitted', async () => {
    const opened = await open()
    put(opened, 'a', '1')
    await checkpoint(opened, 1)
    put(opened, 'a', '2')
    put(opened, 'b', '2')
    const written = opened.state.submit(opened.state.cut(offsetsAt(2)))
    put(opened, 'a', '3')
    put(opened, 'c', '3')
    await opened.state.close({ clean: false })
    await written
    const reopened = await open()
    expect(rows(reopened)).toBe('a2 b2')
    expect(reopened.state.offsets).toEqual(offsetsAt(2))
  })

  test('one at a time, and none after an abort or the end', async () => {
    const opened = await open()
    const cut = opened.state.cut(offsetsAt(1))
    expect(() => opened.state.cut(offsetsAt(1))).toThrow(/under way/)
    const written = opened.state.submit(cut)
    expect(() => opened.state.submit(cut)).toThrow(/not the last cut/)
    expect(() => opened.state.discard(cut)).toThrow(/not the last cut/)
    await written
    expect(() => opened.state.submit(cut)).toThrow(/not the last cut/)
    opened.state.discard(opened.state.cut(offsetsAt(2)))
    expect(() => opened.state.cut(offsetsAt(3))).toThrow(/aborted/)
    await expect(opened.state.close({ clean: true })).rejects.toThrow(
      /cannot close cleanly: a commit was aborted/,
    )
    expect(() => opened.state.cut(offsetsAt(3))).toThrow(/aborted/)
  })

  test('one that cannot be written leaves the rows dirty and ends the task', async () => {
    const opened = await open({ storage: { kind: 'disk', directory, mapSizeBytes: 2 ** 18 } })
    put(opened, 'a', '1')
    await checkpoint(opened, 1)
    put(opened, 'a', 'x'.repeat(2 ** 18))
    const full = expect.objectContaining({
      code: 'state-full',
      message: expect.stringMatching(/^checkpoint of task 0_1 \(stores table, windows\): \S+0_1: /),
    })
    await expect(checkpoint(opened, 2)).rejects.toThrow(full)
    expect(opened.state.dirtyBytes).toBeGreaterThan(2 ** 18)
    expect(() => opened.state.cut(offsetsAt(3))).toThrow(full)
    await expect(opened.state.close({ clean: true })).rejects.toThrow(full)
    const reopened = await open()
    expect(rows(reopened)).toBe('a1')
    expect(reopened.state.offsets).toEqual(offsetsAt(1))
  })

  test('an offset for every store is needed', async () => {
    const { state } = await open()
    expect(() => state.cut(new Map([['table', 1]]))).toThrow(/windows has no changelog offset/)
  })

  test('what it covers is there for the assignor', async () => {
    await checkpoint(await open(), 10)
    expect(directory.localTasks()).toEqual(new Map([['0_1', 21]]))
  })
})

describe('expiry', () => {
  test('spaces are dropped with the checkpoint after which they expired, not before', async () => {
    const opened = await open()
    opened.windows.put(utf8('k'), 0, utf8('v'), 5)
    await checkpoint(opened, 1)
    opened.windows.put(utf8('k'), 60 * minute, utf8('v'), 5)
    opened.state.expire()
    expect(opened.state.bytes.spaces()).toContain('windows/0')
    expect(rows(await afterKill())).toBe('k@0')
    const cut = opened.state.cut(offsetsAt(2))
    expect(opened.state.bytes.spaces()).toContain('windows/0')
    await opened.state.submit(cut)
    expect(opened.state.bytes.spaces()).not.toContain('windows/0')
    expect(rows(await afterKill())).toBe(`k@${60 * minute}`)
  })

  test('an abort keeps what expired', async () => {
    const opened = await open()
    opened.windows.put(utf8('k'), 0, utf8('v'), 5)
    await checkpoint(opened, 1)
    opened.windows.put(utf8('k'), 60 * minute, utf8('v'), 5)
    opened.state.discard(opened.state.cut(offsetsAt(2)))
    await opened.state.close({ clean: false })
    expect(rows(await open())).toBe('k@0')
  })

  test('a cut leaves out segments that expired before it', async () => {
    const opened = await open()
    opened.windows.put(utf8('k'), 0, utf8('v'), 5)
    opened.windows.put(utf8('k'), 60 * minute, utf8('v'), 5)
    expect(opened.state.cut(offsetsAt(1)).rows.map(({ space }) => space)).toEqual([
      'windows/30',
      'windows/time',
      '/checkpoint',
    ])
  })
})

describe('what cannot be used is set aside', () => {
  async function written(clean: boolean): Promise<void> {
    const opened = await open()
    put(opened, 'a', '1')
    await checkpoint(opened, 1)
    await opened.state.close({ clean })
  }
  async function expectSetAside(change: Partial<TaskStateOptions>, reason: RegExp): Promise<void> {
    const opened = await open(change)
    expect(opened.state.setAside?.reason).toMatch(reason)
    expect(opened.state.offsets.size).toBe(0)
    expect([...opened.state.bytes.spaces()]).toEqual([])
    const { movedTo } = opened.state.setAside!
    expect(existsSync(join(movedTo, 'data.mdb'))).toBe(true)
    expect(readFileSync(join(movedTo, 'reason.txt'), 'utf8')).toMatch(reason)
  }

  test('after another start of the machine, if not closed cleanly', async () => {
    await written(false)
    await expectSetAside({ bootId: 'boot-2' }, /started since/)
  })

  test('not after a clean close, not on the same boot, not after opening without writing', async () => {
    await written(true)
    const opened = await open({ bootId: 'boot-2' })
    expect(opened.state.setAside).toBeUndefined()
    await opened.state.close({ clean: false })
    const third = await open({ bootId: 'boot-3' })
    expect(third.state.offsets).toEqual(offsetsAt(1))
    await checkpoint(third, 2)
    await third.state.close({ clean: false })
    const fourth = await open({ bootId: 'boot-3' })
    expect(fourth.state.offsets).toEqual(offsetsAt(2))
    await fourth.state.close({ clean: false })
    await expectSetAside({ bootId: 'boot-4' }, /started since/)
  })

  test('a write after a clean close takes the mark back before it', async () => {
    await written(true)
    const opened = await open({ bootId: 'boot-2' })
    put(opened, 'b', '1')
    const submitted = opened.state.submit(opened.state.cut(offsetsAt(2)))
    expect(readFileSync(join(directory.taskDirectory(task), 'unclean'), 'utf8')).toBe('boot-2')
    await submitted
    await opened.state.close({ clean: true })
    expect((await open({ bootId: 'boot-3' })).state.offsets).toEqual(offsetsAt(2))
  })

  test('a clean close on the same boot after a dirty one vouches for all of it', async () => {
    await written(false)
    await (await open()).state.close({ clean: true })
    expect((await open({ bootId: 'boot-2' })).state.offsets).toEqual(offsetsAt(1))
  })

  test('an unknown boot', async () => {
    const opened = await open({ bootId: 'unknown' })
    await checkpoint(opened, 1)
    await opened.state.close({ clean: false })
    await expectSetAside({ bootId: 'unknown' }, /started since/)
  })

  test('a changelog made again, other rows, another store', async () => {
    const stores = (change: Partial<ExpectedStore>): Partial<TaskStateOptions> => ({
      stores: [expected('table'), expected('windows', change)],
    })
    await written(true)
    const state = await TaskState.open({
      task,
      storage: { kind: 'disk', directory, mapSizeBytes: 2 ** 26 },
      deleteRetentionMs: 86_400_000,
      clock,
      stores: [expected('table'), expected('windows', { changelogTopicId: 'id-2' })],
    })
    expect(state.setAside?.reason).toMatch(/windows.*made again/)
    await state.close({ clean: false })
    await written(true)
    await expect(open(stores({ fingerprint: 'windows/2' }))).rejects.toThrow(
      /windows is not one it was opened for/,
    )
    expect(directory.localTasks().size).toBe(0)
  })

  test('one too old', async () => {
    await written(true)
    clock.advance(86_400_000)
    await expectSetAside({}, /86400000 ms old/)
  })

  test('rows without a checkpoint', async () => {
    const opened = await open()
    await opened.state.bytes.write([{ space: 'table', rows: new Uint8Array(0) }])
    await opened.state.close({ clean: false })
    await expectSetAside({}, /no checkpoint/)
  })

  test('files that are not LMDB, or damaged', async () => {
    const file = join(directory.taskDirectory(task), 'data.mdb')
    await written(true)
    writeFileSync(file, 'x'.repeat(10_000))
    await expectSetAside({}, /not of LMDB/)
    rmSync(directory.taskDirectory(task), { recursive: true })
    await written(true)
    truncateSync(file, 8192)
    await expectSetAside({}, /MDB_/)
  })
})

describe('in memory, and without stores', () => {
  test('nothing is kept', async () => {
    const opened = await open({ storage: { kind: 'memory' } })
    put(opened, 'a', '1')
    await checkpoint(opened, 1)
    expect(rows(opened)).toBe('a1')
    await opened.state.close({ clean: true })
    expect((await open({ storage: { kind: 'memory' } })).state.offsets.size).toBe(0)
    expect(existsSync(directory.taskDirectory(task))).toBe(false)
  })

  test('a task without stores makes no files', async () => {
    const state = await TaskState.open({
      task,
      stores: [],
      storage: { kind: 'disk', directory, mapSizeBytes: 2 ** 26 },
      deleteRetentionMs: 86_400_000,
      clock,
    })
    await state.submit(state.cut(new Map()))
    await state.close({ clean: true })
    expect(existsSync(directory.taskDirectory(task))).toBe(false)
  })

  test('only the stores it was opened for, once', async () => {
    const { state, table } = await open()
    expect(() => state.register(table.state)).toThrow(/not one it was opened for/)
    const other = bytesTable({ name: 'other', fingerprint: '' }, state.bytes)
    expect(() => state.register(other.state)).toThrow(/other is not one it was opened for/)
  })

  test('a store in memory only is no part of the checkpoint', async () => {
    const other = { name: 'other', fingerprint: 'other/1' }
    const { state } = await open({ memoryStores: [other] })
    state.register(bytesTable(other, new MemoryStore()).state)
    const { checkpoint } = state.cut(offsetsAt(1))
    expect(checkpoint.stores.map(({ name }) => name)).toEqual(['table', 'windows'])
  })

  test('bytes are sums, and the capacity is shared', async () => {
    const { state, table, windows } = await open()
    table.put(utf8('a'), utf8('1'), 1)
    windows.put(utf8('a'), 0, utf8('1'), 1)
    expect(state.dirtyBytes).toBe(table.state.dirtyBytes + windows.state.dirtyBytes)
    expect(state.memoryBytes).toBe(table.state.memoryBytes + windows.state.memoryBytes)
    const shares: number[] = []
    table.state.setCapacity = (bytes?: number) => void shares.push(bytes!)
    windows.state.setCapacity = (bytes?: number) => void shares.push(bytes!)
    state.setCapacity(1001)
    expect(shares).toEqual([500, 500])
  })
})
