import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { StreamsError } from '../../../src/core/errors.ts'
import type { KernelExports } from '../../../src/kernel/abi.ts'
import { compileKernel } from '../../../src/kernel/load.ts'
import { crc32c } from '../../../src/protocol/record-batch/crc32c.ts'

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

function errorOf(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

test('a missing kernel is named', () => {
  const error = errorOf(() => compileKernel(new URL('./none.wasm', import.meta.url)))
  expect(StreamsError.is(error, 'kernel-unavailable')).toBe(true)
  expect(String(error)).toContain('none.wasm')
})

test('a file that is no kernel', () => {
  const error = errorOf(() => compileKernel(new URL(import.meta.url)))
  expect(StreamsError.is(error, 'kernel-unavailable')).toBe(true)
})

test('a kernel of another version', () => {
  // A module whose abiVersion returns 0.
  const module =
    '0061736d01000000 010501600001 7f 03020100 070e010a 61626956657273696f6e 0000 0a06010400 4100 0b'
  const folder = mkdtempSync(join(tmpdir(), 'millrace-kernel-'))
  try {
    const file = join(folder, 'kernel.wasm')
    writeFileSync(file, Buffer.from(module.replaceAll(' ', ''), 'hex'))
    const error = errorOf(() => compileKernel(pathToFileURL(file)))
    expect(StreamsError.is(error, 'kernel-unavailable')).toBe(true)
    expect(String(error)).toContain('version 0')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the CRC is that of the protocol at every length and alignment', () => {
  const file = new URL('../../../src/kernel/kernel.wasm', import.meta.url)
  const kernel = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file))).exports as KernelExports
  const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => Math.imul(i + 1, 2654435761) >>> 24)
  const at = kernel.alloc(bytes.length)
  new Uint8Array(kernel.memory.buffer).set(bytes, at)
  const lengths = [...Array(70).keys(), 1023, 3071, 3072, 3073, 3080, 6143, 6144, 6145, 9221, 9990]
  for (const from of [0, 1, 5])
    for (const length of lengths)
      expect(kernel.crc32c(at + from, length) >>> 0).toBe(crc32c(bytes, from, from + length))
})
