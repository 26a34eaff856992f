import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { ProcessLock, thisProcess } from '../../../src/store/process-lock.ts'
import { StateDirectory } from '../../../src/store/state-directory.ts'
import { writeOffsetSum } from '../../../src/store/task-marks.ts'
import { temporaryDirectory } from './temporary-directory.ts'

let stateDir: string
beforeEach(() => {
  stateDir = temporaryDirectory()
})
const open = (): Promise<StateDirectory> => StateDirectory.open({ stateDir, applicationId: 'app' })

describe('process id', () => {
  const file = (): string => join(stateDir, 'app', 'kafka-streams-process-metadata')

  test('is kept in the file that Java uses', async () => {
    let first: string
    {
      await using directory = await open()
      first = directory.processId
      expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
      expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ processId: first })
    }
    await using directory = await open()
    expect(directory.processId).toBe(first)
  })

  test.each(['', '{"processId":"x"}', '{"processId":7}', 'null'])('%s is replaced', async (text) => {
    mkdirSync(join(stateDir, 'app'))
    writeFileSync(file(), text)
    await using directory = await open()
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ processId: directory.processId })
  })
})

describe('lock', () => {
  const lock = (): string => join(stateDir, 'app', '.lock')
  const held = (holder: object | string): void => {
    mkdirSync(join(stateDir, 'app'))
    writeFileSync(lock(), typeof holder === 'string' ? holder : JSON.stringify(holder))
  }
  const deadPid = (): number => spawnSync('true').pid

  test('a second holder is refused, by name', async () => {
    await using directory = await open()
    expect(directory.path).toBe(join(stateDir, 'app'))
    await expect(open()).rejects.toThrow(
      expect.objectContaining({
        code: 'state-locked',
        message: expect.stringContaining(`process ${process.pid}`),
      }),
    )
  })

  test('goes when released', async () => {
    {
      await using _ = await open()
      expect(existsSync(lock())).toBe(true)
    }
    expect(readdirSync(join(stateDir, 'app'))).toEqual(['kafka-streams-process-metadata'])
  })

  test('of a live process is kept', async () => {
    held({ ...thisProcess(), pid: process.ppid, startTime: null })
    await expect(open()).rejects.toThrow(expect.objectContaining({ code: 'state-locked' }))
  })

  test.each([
    ['a process that is gone', () => ({ ...thisProcess(), pid: deadPid() })],
    ['a process that had the same pid', () => ({ ...thisProcess(), startTime: '1' })],
    ['another start of the machine', () => ({ ...thisProcess(), bootId: 'other' })],
    ['nobody that can be read', () => '{"pid":'],
  ])('of %s is taken over', async (_, holder) => {
    held(holder())
    await using directory = await open()
    expect(JSON.parse(readFileSync(lock(), 'utf8'))).toEqual(thisProcess())
    expect(readdirSync(directory.path).sort()).toEqual(['.lock', 'kafka-streams-process-metadata'])
  })

  test('of another that took over is not released', () => {
    const path = join(stateDir, 'lock')
    const own = ProcessLock.take(path)
    writeFileSync(path, 'other')
    own.release()
    expect(readFileSync(path, 'utf8')).toBe('other')
  })
})

describe('tasks', () => {
  test('those with a checkpoint are listed with what it covers', async () => {
    await using directory = await open()
    const make = (name: string): string => {
      mkdirSync(join(directory.path, name))
      return join(directory.path, name)
    }
    writeOffsetSum(make('0_10'), 70)
    writeOffsetSum(make('1_2'), 0)
    make('0_3')
    writeFileSync(join(make('0_4'), 'offset-sum'), 'x')
    writeOffsetSum(make('0_5.set-aside-1'), 7)
    expect(directory.localTasks()).toEqual(
      new Map([
        ['0_10', 70],
        ['1_2', 0],
      ]),
    )
  })

  test('state set aside keeps its files and the reason; the two newest stay', async () => {
    await using directory = await open()
    const task = { subtopology: 0, partition: 1 }
    for (let round = 1; round <= 12; round++) {
      mkdirSync(directory.taskDirectory(task))
      writeFileSync(join(directory.taskDirectory(task), 'data'), String(round))
      const movedTo = directory.setAside(task, `reason ${round}`)
      expect(existsSync(directory.taskDirectory(task))).toBe(false)
      expect(readFileSync(join(movedTo, 'data'), 'utf8')).toBe(String(round))
      expect(readFileSync(join(movedTo, 'reason.txt'), 'utf8')).toBe(`reason ${round}\n`)
    }
    const left = readdirSync(directory.path).filter((name) => name.startsWith('0_1'))
    expect(left.sort()).toEqual(['0_1.set-aside-11', '0_1.set-aside-12'])
  })
})
