import { expect, test } from 'vitest'
import { FetchBuffers, SharedResponse } from '../../../src/client/kafka/fetch-buffers.ts'
import { ProduceBuffers } from '../../../src/client/kafka/produce-buffers.ts'

test('fetch buffers: a recycled buffer is used again, the smallest that is large enough', () => {
  const buffers = new FetchBuffers()
  const [large, small] = [buffers.take(3_000_000), buffers.take(1_000_000)]
  expect([large.length, small.length]).toEqual([3_000_000, 1_000_000])
  buffers.recycle(large)
  buffers.recycle(small.subarray(10))
  expect(buffers.take(900_000).buffer).toBe(small.buffer)
  expect(buffers.take(900_000).buffer).toBe(large.buffer)
  expect(buffers.take(10).buffer.byteLength).toBe(10)
})

test('a response is recycled when its last user released it, and once only', () => {
  const buffers = new FetchBuffers()
  const bytes = buffers.take(100_000)
  const response = new SharedResponse(buffers, bytes)
  response.use()
  response.release()
  expect(buffers.take(100_000).buffer).not.toBe(bytes.buffer)
  response.release()
  response.release()
  expect(buffers.take(100_000).buffer).toBe(bytes.buffer)
  expect(buffers.take(100_000).buffer).not.toBe(bytes.buffer)
})

test('produce buffers: only our own are used again', () => {
  const buffers = new ProduceBuffers()
  const own = buffers.take(5000)
  expect([own.length, own.buffer.byteLength]).toEqual([5000, 8192])
  const foreign = new Uint8Array(8192)
  buffers.recycle(foreign)
  buffers.recycle(own)
  buffers.recycle(own)
  expect(buffers.take(6000).buffer).toBe(own.buffer)
  expect(buffers.take(6000).buffer).not.toBe(own.buffer)
  expect(buffers.take(0)).toHaveLength(0)
})
