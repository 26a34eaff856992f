import { createRequire } from 'node:module'
import {
  type CompressionPackages,
  type Decompress,
  decompressor,
} from '../../protocol/record-batch/compression.ts'

interface Snappy {
  uncompressSync(block: Buffer): Buffer | string
}

interface Lz4 {
  decompressFrameSync(frame: Buffer): Buffer
}

interface Zstd {
  readonly Decoder: new () => { decodeSync(frame: Buffer): Buffer }
}

/** As `require` of a CommonJS module: throws for a package that is not installed. */
export type Load = (name: string) => unknown

/** What is installed of the optional packages that uncompress. */
export function installedPackages(load: Load): CompressionPackages {
  const snappy = loaded<Snappy>(load, 'snappy')
  const lz4 = loaded<Lz4>(load, 'lz4-napi')
  const zstd = loaded<Zstd>(load, '@toondepauw/node-zstd')
  return {
    ...(snappy && { snappy: (block) => snappy.uncompressSync(asBuffer(block)) as Buffer }),
    ...(lz4 && { lz4: (frame) => lz4.decompressFrameSync(asBuffer(frame)) }),
    ...(zstd && { zstd: (frame) => new zstd.Decoder().decodeSync(asBuffer(frame)) }),
  }
}

/** Looks for the packages when the first compressed batch comes. */
export function lazyDecompress(load: Load = createRequire(import.meta.url)): Decompress {
  let decompress: Decompress | undefined
  return (codec, bytes) => {
    decompress ??= decompressor(installedPackages(load))
    return decompress(codec, bytes)
  }
}

function loaded<T>(load: Load, name: string): T | undefined {
  try {
    return load(name) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
