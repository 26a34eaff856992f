import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { installedPackages, lazyDecompress } from '../../../src/client/kafka/compression-packages.ts'
import { utf8 } from '../../../src/core/bytes.ts'

const text = utf8('some records')

function nothingInstalled(name: string): never {
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
}

describe('optional packages', () => {
  test('those installed are used, with the arguments they take', () => {
    const same = (bytes: unknown): Buffer => {
      expect(bytes).toBeInstanceOf(Buffer)
      return bytes as Buffer
    }
    class Decoder {
      decodeSync = same
    }
    const modules: Record<string, unknown> = {
      snappy: { uncompressSync: same },
      'lz4-napi': { decompressFrameSync: same },
      '@toondepauw/node-zstd': { Decoder },
    }
    const { snappy, lz4, zstd } = installedPackages((name) => modules[name])
    for (const uncompress of [snappy, lz4, zstd]) expect(uncompress!(text)).toEqual(Buffer.from(text))
  })

  test('without them gzip works, and what is missing is named', () => {
    const decompress = lazyDecompress(nothingInstalled)
    expect(Buffer.from(decompress('gzip', gzipSync(text)))).toEqual(Buffer.from(text))
    expect(() => decompress('lz4', text)).toThrow(
      expect.objectContaining({
        code: 'codec-missing',
        message: expect.stringContaining('npm install lz4-napi'),
      }),
    )
  })

  test('a package that is installed and broken is an error', () => {
    const broken = new Error('wrong binary')
    const load = (): never => {
      throw broken
    }
    expect(() => installedPackages(load)).toThrow(broken)
  })
})
