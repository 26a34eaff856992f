import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { endTxn } from '../../../src/protocol/api/end-txn.ts'
import type { Api } from '../../../src/protocol/codec.ts'
import { encodeRequestHeader, splitResponse } from '../../../src/protocol/header.ts'
import { FaultProxy } from '../../broker/fault-proxy.ts'
import { frameSplitter } from '../../broker/frame-splitter.ts'

const version = endTxn.maxVersion
const request = { transactionalId: 't', producerId: 1, producerEpoch: 0, committed: true }

/** A broker that answers every EndTxn with one error code. */
async function broker(errorCode: number): Promise<{ readonly port: number; asked: number }> {
  const state = { port: 0, asked: 0 }
  const server = createServer((socket) => {
    const answer = frameSplitter((frame) => {
      state.asked++
      const body = endTxn.encodeResponse({ throttleTimeMs: 0, errorCode }, version)
      const header = Buffer.alloc(9)
      header.writeInt32BE(5 + body.length, 0)
      header.writeInt32BE(frame.readInt32BE(8), 4)
      socket.write(Buffer.concat([header, body]))
    })
    socket.on('data', answer)
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  state.port = (server.address() as AddressInfo).port
  return state
}

async function proxied(errorCode: number) {
  const behind = await broker(errorCode)
  const proxy = new FaultProxy(() => behind.port)
  await proxy.listen()
  onTestFinished(() => proxy.close())
  return { behind, proxy, client: () => connect({ host: '127.0.0.1', port: proxy.port }) }
}

/** @returns the error code, undefined if the connection ends first */
async function ask(socket: Socket, correlationId = 5): Promise<number | undefined> {
  const body = endTxn.encodeRequest(request, version)
  const header = encodeRequestHeader(endTxn as Api<never, unknown>, version, correlationId, 'test')
  const size = Buffer.alloc(4)
  size.writeInt32BE(header.length + body.length)
  socket.on('error', () => {})
  const answered = new Promise<number | undefined>((resolve) => {
    socket.on('data', (bytes: Buffer) => {
      const { body: answer } = splitResponse(endTxn as Api<never, unknown>, version, bytes.subarray(4))
      resolve(endTxn.decodeResponse(answer, version).errorCode)
    })
    socket.once('close', () => resolve(undefined))
  })
  socket.write(Buffer.concat([size, header, body]))
  return answered
}

test('everything passes through', async () => {
  const { behind, client } = await proxied(0)
  expect(await ask(client())).toBe(0)
  expect(behind.asked).toBe(1)
})

test('a good response is lost once, and its connection with it; the broker has done its work', async () => {
  const { behind, proxy, client } = await proxied(0)
  const losing = proxy.loseResponse(endTxn, ({ errorCode }) => errorCode === 0)
  expect(await ask(client())).toBeUndefined()
  await losing
  expect(behind.asked).toBe(1)
  expect(await ask(client())).toBe(0)
})

test('a bad response is not what is to be lost', async () => {
  const { proxy, client } = await proxied(16)
  void proxy.loseResponse(endTxn, ({ errorCode }) => errorCode === 0)
  expect(await ask(client())).toBe(16)
})

test('requests are answered in place of the broker, as often as told', async () => {
  const { behind, proxy, client } = await proxied(0)
  const armed = proxy.answer(endTxn, 1, () => ({ throttleTimeMs: 0, errorCode: 14 }))
  expect(await ask(client())).toBe(14)
  expect([armed.left, behind.asked]).toEqual([0, 0])
  expect(await ask(client())).toBe(0)
})

test('a network that is cut ends connections, also new ones, until it heals', async () => {
  const { proxy, client } = await proxied(0)
  const open = client()
  expect(await ask(open)).toBe(0)
  const closed = once(open, 'close')
  proxy.cut()
  await closed
  expect(await ask(client())).toBeUndefined()
  proxy.heal()
  expect(await ask(client())).toBe(0)
})
