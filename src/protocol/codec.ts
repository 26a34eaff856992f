import { StreamsError } from '../core/errors.ts'
import { Reader } from './reader.ts'
import type { Codec, Type } from './schema.ts'
import { Writer } from './writer.ts'

/** One Kafka API: a request and the response to it, in the versions that we speak. Bodies only, without headers. */
export interface Api<Request, Response> {
  readonly key: number
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
  /** First version with compact lengths and tagged fields (request header v2, response header v1). */
  readonly flexibleVersion: number
  encodeRequest(request: Request, version: number): Uint8Array
  /** Bytes and records in the response are views of `bytes`. @throws StreamsError `protocol-malformed` */
  decodeResponse(bytes: Uint8Array, version: number): Response
  /** The broker's side, for tests and for a broker inside the process. */
  decodeRequest(bytes: Uint8Array, version: number): Request
  encodeResponse(response: Response, version: number): Uint8Array
}

/** With what only `encodeProduce` needs. */
export interface ChunkedApi<Request, Response> extends Api<Request, Response> {
  /** As `encodeRequest`, with record batches left where they are: the chunks are to be written in order. */
  encodeRequestChunks(request: Request, version: number): Uint8Array[]
}

export interface ApiDefinition<Request, Response> {
  readonly key: number
  readonly name: string
  /** First and last version that we speak. */
  readonly versions: readonly [number, number]
  readonly flexible: number
  readonly request: Type<Request>
  readonly response: Type<Response>
}

export function defineApi<Request, Response>(
  definition: ApiDefinition<Request, Response>,
): ChunkedApi<Request, Response> {
  const { key, name, flexible } = definition
  const [minVersion, maxVersion] = definition.versions
  const request = byVersion(definition.request, definition)
  const response = byVersion(definition.response, definition)
  const writeRequest = (value: Request, version: number): Writer => {
    const writer = new Writer()
    request(version).write(writer, value)
    return writer
  }
  return {
    key,
    name,
    minVersion,
    maxVersion,
    flexibleVersion: flexible,
    encodeRequest: (value, version) => writeRequest(value, version).finish(),
    encodeRequestChunks: (value, version) => writeRequest(value, version).chunks(),
    decodeResponse: (bytes, version) => decodeAll(response(version), bytes, `${name} v${version} response`),
    decodeRequest: (bytes, version) => decodeAll(request(version), bytes, `${name} v${version} request`),
    encodeResponse(value, version) {
      const writer = new Writer()
      response(version).write(writer, value)
      return writer.finish()
    },
  }
}

/** What negotiation needs to know of an API. */
export type ApiVersionRange = Pick<Api<never, unknown>, 'name' | 'minVersion' | 'maxVersion'>

/**
 * The version to speak: the highest that both sides know.
 * @throws StreamsError `broker-unsupported` when there is none
 */
export function negotiate(api: ApiVersionRange, brokerMin: number, brokerMax: number): number {
  const version = Math.min(api.maxVersion, brokerMax)
  if (version >= api.minVersion && version >= brokerMin) return version
  throw new StreamsError(
    'broker-unsupported',
    `the broker speaks ${api.name} versions ${brokerMin} to ${brokerMax}, Millrace ${api.minVersion} to ${api.maxVersion}`,
    { details: { api: api.name, brokerMin, brokerMax } },
  )
}

export function decodeAll<T>(codec: Codec<T>, bytes: Uint8Array, what: string): T {
  const reader = new Reader(bytes, what)
  const value = codec.read(reader)
  reader.finish()
  return value
}

/** Settles a type on each version once, when first asked for. */
function byVersion<T>(
  type: Type<T>,
  { name, versions: [min, max], flexible }: Omit<ApiDefinition<unknown, unknown>, 'request' | 'response'>,
): (version: number) => Codec<T> {
  const codecs: (Codec<T> | undefined)[] = []
  return (version) => {
    const known = codecs[version]
    if (known) return known
    if (!Number.isInteger(version) || version < min || version > max)
      throw new StreamsError('internal', `${name} v${version} is outside ${min} to ${max}`)
    const codec = type.at(version, version >= flexible)
    codecs[version] = codec
    return codec
  }
}
