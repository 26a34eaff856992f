import type { StoreReply } from '../task/store-question.ts'

/** Values that who asks may change: a store's own are shared. */
export function detachedReply(reply: StoreReply): StoreReply {
  if (!reply.here) return reply
  return { ...reply, rows: reply.rows.map((row) => ({ ...row, value: new Uint8Array(row.value) })) }
}

/** All bytes in buffers of just their size: cloning sends whole buffers. */
export function replyToSend(reply: StoreReply): StoreReply {
  if (!reply.here) return reply
  const { rows, after } = reply
  return {
    ...reply,
    after: after && own(after),
    rows: rows.map((row) => {
      const key = own(row.key)
      return { ...row, order: row.order === row.key ? key : own(row.order), key, value: own(row.value) }
    }),
  }
}

function own(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
}
