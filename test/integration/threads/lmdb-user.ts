import { parentPort, workerData } from 'node:worker_threads'
import { PackedRows } from '../../../src/core/packed-rows.ts'
import { heedTermination } from '../../../src/core/termination-lock.ts'
import { openLmdbStore } from '../../../src/store/lmdb-store.ts'

// A worker that calls LMDB in every way, without a pause, until it is terminated. Every write puts its number everywhere.
const { directory, termination } = workerData as LmdbUserStart
heedTermination(termination)

interface LmdbUserStart {
  readonly directory: string
  readonly termination: Int32Array
}

const spaces = ['first', 'second'] as const
const rows = 200
const options = { mapSizeBytes: 2 ** 28 }

let number = 0
parentPort!.postMessage('running')
for (;;) {
  const store = openLmdbStore(directory, options)
  for (let round = 0; round < 10; round++) {
    const packed = numberedRows(++number)
    const passing = `passing-${number % 3}`
    const written = store.write([...spaces, passing].map((space) => ({ space, rows: packed })))
    // Reads while the write goes on; one of them is never finished.
    for (let i = 0; i < rows; i++) store.get('first', key(i))
    store.range('second').next()
    for (const _ of store.range('first'));
    await written
    await store.drop([passing])
  }
  await store.sync()
  await store.close()
}

function numberedRows(value: number): Uint8Array {
  const packed = new PackedRows()
  for (let i = 0; i < rows; i++) packed.add(key(i), Buffer.from(String(value)))
  return packed.bytes
}

function key(i: number): Uint8Array {
  return Buffer.from(`key ${i}`)
}
