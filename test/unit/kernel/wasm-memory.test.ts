import { expect, test } from 'vitest'
import { hex, utf8, utf8Text } from '../../../src/core/bytes.ts'
import { createWasmKernel } from '../../../src/kernel/load.ts'
import { batchOf, Driver, programOf, windowsOf } from './kernel.driver.ts'

const stamp = { producerId: 1, producerEpoch: 0, sequence: 0, transactional: false }

test('keys, values and headers outlive the growth of memory', () => {
  const { reader, writers } = createWasmKernel()
  const value = 'v'.repeat(3000)
  reader.load([batchOf([{ key: 'k', value, headers: [{ key: 'h', value: utf8('x') }] }])], 0)
  reader.decode()
  const before = [reader.key(0)!, reader.value(0)!, reader.headers(0)[0]!.value!]
  // Each writer takes memory of its own.
  for (let i = 0; i < 500; i++)
    expect(writers.append(writers.open(10_000), 0, before[0]!, before[1]!)).toBe(true)
  expect(before.map(utf8Text)).toEqual(['k', value, 'x'])
  expect(utf8Text(reader.value(0)!)).toBe(value)
  const kernel = createWasmKernel()
  kernel.reader.load([writers.close(499, stamp)], 0)
  expect(kernel.reader.decode()).toBe(1)
  expect(utf8Text(kernel.reader.value(0)!)).toBe(value)
})

test('what the kernel knows does not change when memory grows', () => {
  const { reader, writers } = createWasmKernel()
  reader.load([batchOf([{ timestamp: 5, key: 'a' }])], 0)
  reader.decode()
  for (let i = 0; i < 200; i++) writers.append(writers.open(100_000), 0, null, new Uint8Array(50_000))
  expect([reader.timestamp(0), reader.offset(0), hex(reader.key(0)!)]).toEqual([5, 0, '61'])
})

test('the memory of dropped segments is used again', () => {
  const program = programOf({
    aggregate: windowsOf({ sizeMs: 100, graceMs: 0, retentionMs: 100, segmentMs: 100 }),
  })
  const driver = new Driver(createWasmKernel(program), program)
  const window = (number: number): Uint8Array =>
    batchOf(Array.from({ length: 2000 }, (_, i) => ({ key: `key-${i}-${number}`, timestamp: number * 100 })))
  const run = (from: number, to: number): void => {
    for (let number = from; number < to; number++) {
      driver.process([window(number)])
      driver.commit()
      driver.snapshot()
      driver.acknowledge()
      driver.expire()
      driver.closed.length = 0
    }
  }
  run(0, 5)
  const { memoryBytes } = driver.kernel
  const { usedBytes } = driver.region
  run(5, 30)
  expect(driver.kernel.memoryBytes).toBe(memoryBytes)
  expect(driver.region.usedBytes).toBeLessThan(usedBytes * 1.1)
})

test('so is that of evicted rows', () => {
  const program = programOf({ aggregate: { kind: 'count', nullValues: 'count' } })
  const driver = new Driver(createWasmKernel(program), program)
  driver.region.setCapacity(200_000)
  const run = (from: number, to: number): void => {
    for (let round = from; round < to; round++) {
      driver.process([batchOf(Array.from({ length: 500 }, (_, i) => ({ key: `k-${round * 500 + i}` })))])
      driver.commit()
      driver.snapshot()
      driver.acknowledge()
    }
  }
  run(0, 5)
  const { memoryBytes } = driver.kernel
  run(5, 50)
  expect(driver.kernel.memoryBytes).toBe(memoryBytes)
})
