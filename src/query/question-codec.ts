import { Reader } from '../protocol/reader.ts'
import { utf8Size, Writer } from '../protocol/writer.ts'
import type { ScanQuestion, StoreQuestion, StoreRequest } from '../task/store-question.ts'

/** A question on its way to another instance. */
export interface RemoteQuestion extends StoreRequest {
  /** Who is asked by mistake says so. */
  readonly applicationId: string
}

/** Raised when the bytes change; another version is answered with an error that says so. */
export const codecVersion = 1

const kinds: readonly StoreQuestion['kind'][] = [
  'key',
  'window',
  'version',
  'range',
  'count',
  'windows',
  'versions',
]

export function encodeQuestion(asked: RemoteQuestion): Uint8Array {
  const writer = new Writer()
  writer.int8(codecVersion)
  writeText(writer, asked.applicationId)
  writeText(writer, asked.store)
  writer.int32(asked.task?.subtopology ?? -1)
  writer.int32(asked.task?.partition ?? -1)
  writer.varint(asked.limit)
  writer.bool(asked.isolation === 'checkpoint')
  writer.bool(asked.stale)
  writeOptional(writer, asked.after)
  writeQuestion(writer, asked.question)
  return writer.finish()
}

/** @throws StreamsError `protocol-malformed` */
export function decodeQuestion(bytes: Uint8Array): RemoteQuestion {
  const reader = new Reader(bytes, 'query')
  const version = reader.int8()
  if (version !== codecVersion)
    throw reader.malformed(`version ${version}, this instance knows ${codecVersion}`)
  const applicationId = readText(reader)
  const store = readText(reader)
  const subtopology = reader.int32()
  const partition = reader.int32()
  const limit = reader.varint()
  const isolation = reader.bool() ? 'checkpoint' : 'latest'
  const stale = reader.bool()
  const after = readOptional(reader)
  const question = readQuestion(reader)
  reader.finish()
  return {
    applicationId,
    store,
    task: subtopology < 0 ? undefined : { subtopology, partition },
    limit,
    isolation,
    stale,
    ...(after && { after }),
    question,
  }
}

function writeQuestion(writer: Writer, question: StoreQuestion): void {
  writer.int8(kinds.indexOf(question.kind))
  switch (question.kind) {
    case 'key':
      writeBytes(writer, question.key)
      break
    case 'window':
      writeBytes(writer, question.key)
      writer.int64(question.start)
      break
    case 'version':
      writeBytes(writer, question.key)
      writer.int64(question.asOf)
      break
    case 'range':
      writeOptional(writer, question.from)
      writeOptional(writer, question.before)
      writer.bool(question.reverse)
      break
    case 'count':
      break
    case 'windows':
      writeOptional(writer, question.from)
      writeOptional(writer, question.to)
      writer.int64(question.fromTime)
      writer.int64(question.toTime)
      writer.int64(question.latestStart)
      writer.bool(question.reverse)
      break
    case 'versions':
      writeBytes(writer, question.key)
      writer.int64(question.fromTime)
      writer.int64(question.toTime)
      writer.bool(question.reverse)
      break
  }
}

function readQuestion(reader: Reader): StoreQuestion {
  const number = reader.int8()
  const kind = kinds[number]
  switch (kind) {
    case 'key':
      return { kind, key: readBytes(reader) }
    case 'window':
      return { kind, key: readBytes(reader), start: reader.int64() }
    case 'version':
      return { kind, key: readBytes(reader), asOf: reader.int64() }
    case undefined:
      throw reader.malformed(`question ${number}, which this instance does not know`)
    default:
      return readScan(reader, kind)
  }
}

function readScan(reader: Reader, kind: ScanQuestion['kind']): ScanQuestion {
  switch (kind) {
    case 'range': {
      const from = readOptional(reader)
      const before = readOptional(reader)
      return { kind, ...(from && { from }), ...(before && { before }), reverse: reader.bool() }
    }
    case 'count':
      return { kind }
    case 'windows': {
      const from = readOptional(reader)
      const to = readOptional(reader)
      return {
        kind,
        ...(from && { from }),
        ...(to && { to }),
        fromTime: reader.int64(),
        toTime: reader.int64(),
        latestStart: reader.int64(),
        reverse: reader.bool(),
      }
    }
    case 'versions':
      return {
        kind,
        key: readBytes(reader),
        fromTime: reader.int64(),
        toTime: reader.int64(),
        reverse: reader.bool(),
      }
  }
}

export function writeText(writer: Writer, text: string): void {
  const size = utf8Size(text)
  writer.varint(size)
  writer.utf8(text, size)
}

export function readText(reader: Reader): string {
  return reader.utf8(reader.varint())
}

export function writeBytes(writer: Writer, bytes: Uint8Array): void {
  writer.varint(bytes.length)
  writer.bytes(bytes)
}

export function readBytes(reader: Reader): Uint8Array {
  return reader.bytes(reader.varint())
}

export function writeOptional(writer: Writer, bytes: Uint8Array | undefined): void {
  writer.bool(bytes !== undefined)
  if (bytes) writeBytes(writer, bytes)
}

export function readOptional(reader: Reader): Uint8Array | undefined {
  return reader.bool() ? readBytes(reader) : undefined
}
