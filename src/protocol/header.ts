import type { Api } from './codec.ts'
import { Reader } from './reader.ts'
import { utf8Size, Writer } from './writer.ts'

type AnyApi = Pick<Api<never, unknown>, 'key' | 'name' | 'flexibleVersion'>

const apiVersionsKey = 18

/** The request header has tagged fields (header v2): an empty tag buffer is one zero byte after the client id. */
export function hasRequestTags(api: AnyApi, version: number): boolean {
  return version >= api.flexibleVersion
}

/**
 * The response header has tagged fields (header v1). ApiVersions never has: a client must be able to read the answer
 * before it knows what the broker speaks (KIP-511).
 */
export function hasResponseTags(api: AnyApi, version: number): boolean {
  return api.key !== apiVersionsKey && version >= api.flexibleVersion
}

/** The header that goes before a request's body, without the frame's size. */
export function encodeRequestHeader(
  api: AnyApi,
  version: number,
  correlationId: number,
  clientId: string | null,
): Uint8Array {
  const writer = new Writer(64)
  writer.int16(api.key)
  writer.int16(version)
  writer.int32(correlationId)
  // Not compact even in flexible versions, so that any broker can read it.
  const size = clientId === null ? -1 : utf8Size(clientId)
  writer.int16(size)
  if (clientId !== null) writer.utf8(clientId, size)
  if (hasRequestTags(api, version)) writer.varint(0)
  return writer.finish()
}

export interface Response {
  readonly correlationId: number
  readonly body: Uint8Array
}

/** Splits a response frame (without its size). @throws StreamsError `protocol-malformed` */
export function splitResponse(api: AnyApi, version: number, frame: Uint8Array): Response {
  const reader = new Reader(frame, `${api.name} v${version} response header`)
  const correlationId = reader.int32()
  return { correlationId, body: responseBody(api, version, frame.subarray(4)) }
}

/** What follows the header's tagged fields. @param bytes the frame after the correlation id */
export function responseBody(api: AnyApi, version: number, bytes: Uint8Array): Uint8Array {
  if (!hasResponseTags(api, version)) return bytes
  const reader = new Reader(bytes, `${api.name} v${version} response header`)
  for (let tags = reader.count(reader.varint()); tags > 0; tags--) {
    reader.varint()
    reader.skip(reader.varint())
  }
  return bytes.subarray(bytes.length - reader.remaining)
}
