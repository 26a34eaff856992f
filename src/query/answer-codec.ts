import { type ErrorCode, errorCodes, StreamsError } from '../core/errors.ts'
import { Reader } from '../protocol/reader.ts'
import { Writer } from '../protocol/writer.ts'
import type { StorePage, StoreReply, StoreRow } from '../task/store-question.ts'
import {
  codecVersion,
  readBytes,
  readOptional,
  readText,
  writeBytes,
  writeOptional,
  writeText,
} from './question-codec.ts'

const page = 0
const notHere = 1
const failure = 2

/** An instance's answer to another: what a thread replied, or why it could not. */
export function encodeAnswer(reply: StoreReply | StreamsError): Uint8Array {
  const writer = new Writer(1024)
  writer.int8(codecVersion)
  if (reply instanceof StreamsError) {
    writer.int8(failure)
    writeText(writer, reply.code)
    writeText(writer, reply.message)
  } else if (reply.here) writePage(writer, reply)
  else {
    writer.int8(notHere)
    writer.bool(reply.restoring)
  }
  return writer.finish()
}

/** @throws StreamsError `protocol-malformed`, or what the other instance threw. */
export function decodeAnswer(bytes: Uint8Array): StoreReply {
  const reader = new Reader(bytes, 'answer to a query')
  const version = reader.int8()
  if (version !== codecVersion)
    throw reader.malformed(`version ${version}, this instance knows ${codecVersion}`)
  const kind = reader.int8()
  const reply = readReply(reader, kind)
  reader.finish()
  return reply
}

function readReply(reader: Reader, kind: number): StoreReply {
  switch (kind) {
    case page:
      return { here: true, ...readPage(reader) }
    case notHere:
      return { here: false, restoring: reader.bool() }
    case failure: {
      const code = readText(reader)
      const message = readText(reader)
      throw new StreamsError(isErrorCode(code) ? code : 'internal', message)
    }
    default:
      throw reader.malformed(`answer ${kind}, which this instance does not know`)
  }
}

function writePage(writer: Writer, { rows, looked, after, checkpointMs, lag }: StorePage): void {
  writer.int8(page)
  writer.int64(looked)
  writeOptional(writer, after)
  writer.int64(checkpointMs ?? -1)
  writer.int64(lag ?? -1)
  writer.varint(rows.length)
  for (const row of rows) {
    // Of key-value stores it is the key.
    writeOptional(writer, row.order === row.key ? undefined : row.order)
    writeBytes(writer, row.key)
    writeBytes(writer, row.value)
    writer.int64(row.timestamp)
    writer.int64(row.start)
    writer.int64(row.end)
  }
}

function readPage(reader: Reader): StorePage {
  const looked = reader.int64()
  const after = readOptional(reader)
  const checkpointMs = reader.int64()
  const lag = reader.int64()
  const count = reader.count(reader.varint())
  const rows: StoreRow[] = []
  for (let i = 0; i < count; i++) {
    const order = readOptional(reader)
    const key = readBytes(reader)
    const value = readBytes(reader)
    const timestamp = reader.int64()
    const start = reader.int64()
    rows.push({ order: order ?? key, key, value, timestamp, start, end: reader.int64() })
  }
  return {
    rows,
    looked,
    after,
    checkpointMs: checkpointMs < 0 ? undefined : checkpointMs,
    lag: lag < 0 ? undefined : lag,
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return code in errorCodes
}
