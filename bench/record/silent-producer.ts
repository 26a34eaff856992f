import type { Producer } from '../../src/client/client.ts'

let buffer = new Uint8Array(2 ** 20)

/** Takes batches and forgets them. */
export const silentProducer: Producer = {
  producerId: 1,
  producerEpoch: 0,
  pendingBytes: 0,
  failure: undefined,
  inTransaction: true,
  reserve: () => 0,
  buffer(size) {
    if (size > buffer.length) buffer = new Uint8Array(size)
    return buffer.subarray(0, size)
  },
  send: () => {},
  acknowledged: () => undefined,
  init: done,
  drain: done,
  flush: done,
  sendOffsets: done,
  commit: done,
  abort: done,
  close: done,
}

function done(): Promise<void> {
  return Promise.resolve()
}
