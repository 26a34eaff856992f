import { expect, test } from 'vitest'
import { restoreLine, showRestoreProgress } from '../../../src/app/restore-progress.ts'
import { Hooks, type RestoreProgress } from '../../../src/core/hooks.ts'

function progress(task: string, next: number, remainingMs: number | null): RestoreProgress {
  return {
    task,
    store: 'counts',
    topic: 'app-counts-changelog',
    partition: 0,
    from: 0,
    next,
    to: 1000,
    records: next,
    remainingMs,
  }
}

test('one line for all stores: how much is left, and the longest estimate', () => {
  expect(restoreLine([progress('0_0', 0, null)])).toBe(
    'restoring 1 store [------------------------]   0%  1,000 records left',
  )
  expect(restoreLine([progress('0_0', 250, 12_001), progress('0_1', 750, 4000)])).toBe(
    'restoring 2 stores [############------------]  50%  1,000 records left, about 13 s',
  )
})

test('it is drawn in a terminal only, and goes when all are complete', () => {
  const hooks = new Hooks()
  const app = { on: hooks.on.bind(hooks) }
  const silent: string[] = []
  showRestoreProgress(app, { write: (text) => silent.push(text) })
  const written: string[] = []
  const stop = showRestoreProgress(app, { isTTY: true, columns: 30, write: (text) => written.push(text) })
  hooks.emit('restoring', progress('0_0', 500, 1000))
  hooks.emit('restored', { task: '0_0', store: 'counts', from: 0, to: 1000, records: 1000, durationMs: 1 })
  // What was never shown needs no drawing.
  hooks.emit('restored', { task: '0_1', store: 'counts', from: 0, to: 1000, records: 1000, durationMs: 1 })
  stop()
  hooks.emit('restoring', progress('0_0', 500, 1000))
  expect(written).toEqual(['\r\x1b[2Krestoring 1 store [##########', '\r\x1b[2K'])
  expect(silent).toEqual([])
})
