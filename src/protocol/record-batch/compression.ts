import * as zlib from 'node:zlib'
import { concatBytes } from '../../core/bytes.ts'
import { StreamsError } from '../../core/errors.ts'
import type { CompressionCodec } from './header.ts'

/**
 * @returns the records section of a batch, uncompressed.
 * @throws StreamsError `codec-missing` when a package is needed; any error when the bytes are damaged or too large.
 */
export type Decompress = (codec: CompressionCodec, bytes: Uint8Array) => Uint8Array

/** What the optional packages offer, as far as they are installed. Each takes and returns whole buffers. */
export interface CompressionPackages {
  /** One raw snappy block, without framing (`snappy`: uncompressSync). */
  readonly snappy?: (block: Uint8Array) => Uint8Array
  /** An lz4 frame (`lz4-napi`: decompressFrameSync). */
  readonly lz4?: (frame: Uint8Array) => Uint8Array
  /** Node has zstd itself from 22.15 on (`@toondepauw/node-zstd` before). */
  readonly zstd?: (frame: Uint8Array) => Uint8Array
}

/** No batch may become larger than this when uncompressed. */
export const maxUncompressedBytes: number = 256 * 1024 * 1024

const packageNames = { gzip: '', snappy: 'snappy', lz4: 'lz4-napi', zstd: '@toondepauw/node-zstd' } as const

type Unpack = (bytes: Uint8Array) => Uint8Array

export function decompressor(packages: CompressionPackages = {}): Decompress {
  const unpackers: Readonly<Record<CompressionCodec, Unpack | undefined>> = {
    gzip: gunzip,
    snappy: packages.snappy && snappyUnpacker(packages.snappy),
    lz4: packages.lz4,
    zstd: nodeZstd() ?? packages.zstd,
  }
  return (codec, bytes) => {
    const unpack = unpackers[codec]
    if (!unpack) throw codecMissing(codec)
    const unpacked = unpack(bytes)
    checkSize(unpacked.length)
    return unpacked
  }
}

/** Without optional packages: gzip, and zstd where Node has it. */
export const decompress: Decompress = decompressor()

function codecMissing(codec: CompressionCodec): StreamsError {
  const name = packageNames[codec]
  return new StreamsError(
    'codec-missing',
    `the topic holds batches compressed with ${codec}, which needs the package ${name}: run npm install ${name}`,
    { details: { codec, package: name } },
  )
}

function gunzip(bytes: Uint8Array): Uint8Array {
  return zlib.gunzipSync(bytes, { maxOutputLength: maxUncompressedBytes })
}

interface ZlibWithZstd {
  zstdDecompressSync?(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array
}

function nodeZstd(): Unpack | undefined {
  const { zstdDecompressSync } = zlib as ZlibWithZstd
  return (
    zstdDecompressSync && ((bytes) => zstdDecompressSync(bytes, { maxOutputLength: maxUncompressedBytes }))
  )
}

/** The start of snappy-java's stream format: magic, version int32, lowest compatible version int32. */
const xerialMagic = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00] as const
const xerialHeaderSize = 16

/** Java's clients write snappy-java's framing, librdkafka's also plain blocks: both are read. */
function snappyUnpacker(unpackBlock: Unpack): Unpack {
  const block = (bytes: Uint8Array): Uint8Array => {
    checkSize(snappyBlockSize(bytes))
    return unpackBlock(bytes)
  }
  return (bytes) => {
    if (!xerialMagic.every((byte, at) => bytes[at] === byte)) return block(bytes)
    const parts: Uint8Array[] = []
    let total = 0
    for (const part of xerialBlocks(bytes)) {
      total += snappyBlockSize(part)
      checkSize(total)
      parts.push(block(part))
    }
    return concatBytes(parts)
  }
}

/** After the header, blocks of `length int32 | block`. */
function* xerialBlocks(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = xerialHeaderSize; at < bytes.length; ) {
    const length = at + 4 <= bytes.length ? view.getInt32(at) : -1
    if (length < 0 || length > bytes.length - at - 4) throw new RangeError('snappy: a block is cut off')
    yield bytes.subarray(at + 4, at + 4 + length)
    at += 4 + length
  }
}

/** A block begins with its uncompressed size as an unsigned varint of at most 5 bytes. */
function snappyBlockSize(bytes: Uint8Array): number {
  let size = 0
  for (let at = 0; at < 5 && at < bytes.length; at++) {
    size += (bytes[at]! & 0x7f) * 2 ** (7 * at)
    if (bytes[at]! < 0x80) return size
  }
  throw new RangeError('snappy: a block without its size')
}

function checkSize(bytes: number): void {
  if (bytes > maxUncompressedBytes)
    throw new RangeError(`${bytes} bytes uncompressed; at most ${maxUncompressedBytes} are taken`)
}
