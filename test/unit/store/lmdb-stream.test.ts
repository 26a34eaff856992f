import { expect, test } from 'vitest'
import { openEnvironment } from '../../../src/store/lmdb.ts'
import { InstructionStream } from '../../../src/store/lmdb-stream.ts'
import { temporaryDirectory } from './temporary-directory.ts'

test('without the internals of lmdb-js there is no stream, and the store uses batch', async () => {
  const environment = openEnvironment(temporaryDirectory(), { mapSizeBytes: 2 ** 24, maxSpaces: 4 })
  expect(InstructionStream.open(environment)).toBeDefined()
  expect(
    InstructionStream.open({ ...environment, env: { info: () => environment.env.info() } }),
  ).toBeUndefined()
  expect(InstructionStream.open({ ...environment, db: {} })).toBeUndefined()
  await environment.close()
})

test('a stream of no rows is never started: it would end the process', async () => {
  const environment = openEnvironment(temporaryDirectory(), { mapSizeBytes: 2 ** 24, maxSpaces: 4 })
  const stream = InstructionStream.open(environment)!
  expect(await stream.write([])).toBe(false)
  expect(await stream.write([{ database: environment, rows: new Uint8Array(0) }])).toBe(false)
  await environment.close()
})
