import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { openLmdbStore } from '../../../src/store/lmdb-store.ts'
import { statSync } from 'node:fs'
import { rowsOf, type Change } from './byte-store.suite.ts'
import { temporaryDirectory } from './temporary-directory.ts'
setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void
test('forgotten', async () => {
  for (const collect of [false, true]) {
  const d = temporaryDirectory()
  const s = openLmdbStore(d, { mapSizeBytes: 2**30 })
  const changes = (v: number) => Array.from({ length: 5000 }, (_, i): Change => [`k${i}`, new Uint8Array(100).fill(v)])
  for (let i = 0; i < 60; i++) { await s.write([rowsOf('a', changes(i))]); s.range('a').next(); if (collect) { await new Promise(r => setTimeout(r, 1)); gc(); await new Promise(r => setTimeout(r, 1)) } }
  console.log(collect, statSync(d + '/data.mdb').size)
  expect([...s.range('a')].length).toBe(5000)
  await s.close()
  }
})
