import { readFileSync } from 'node:fs'
import { StreamsError } from '../core/errors.ts'
import type { KernelExports } from './abi.ts'
import { abiVersion } from './abi.ts'
import type { Kernel } from './kernel.ts'
import type { RegionProgram } from './program.ts'
import { WasmKernel } from './wasm/kernel.ts'

/** A compiled kernel. */
export interface KernelModule {
  readonly [Symbol.toStringTag]: 'WebAssembly.Module'
}

/** The little that is used of it: the compiler's libraries know WebAssembly among the browser's things only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => KernelModule
  readonly Instance: new (module: KernelModule) => { readonly exports: unknown }
}

/** Once a process: worker threads are given it. */
let compiled: KernelModule | undefined

/** @throws StreamsError `kernel-unavailable` if the file is missing or no kernel of this version. */
export function compileKernel(file: URL): KernelModule {
  try {
    const module = new WebAssembly.Module(readFileSync(file))
    checkVersion(instantiate(module))
    return module
  } catch (cause) {
    if (StreamsError.is(cause)) throw cause
    throw new StreamsError('kernel-unavailable', `the WebAssembly kernel ${file.pathname} cannot be loaded`, {
      cause,
    })
  }
}

/** Makes an instance with a memory of its own, one a task. @throws StreamsError `kernel-unavailable`. */
export function createWasmKernel(program?: RegionProgram): Kernel {
  return new WasmKernel(instantiate(kernelModule()), program)
}

/** What `createWasmKernel` makes instances of, to be sent to other threads. @throws StreamsError `kernel-unavailable`. */
export function kernelModule(): KernelModule {
  compiled ??= compileKernel(new URL('./kernel.wasm', import.meta.url))
  return compiled
}

/** Takes the module that another thread has compiled. */
export function useKernelModule(module: KernelModule): void {
  compiled = module
}

function instantiate(module: KernelModule): KernelExports {
  return new WebAssembly.Instance(module).exports as KernelExports
}

function checkVersion(exports: Partial<KernelExports>): void {
  const version = exports.abiVersion?.()
  if (version !== abiVersion)
    throw new StreamsError(
      'kernel-unavailable',
      `the WebAssembly kernel is of version ${version ?? 'unknown'}, this package needs ${abiVersion}`,
    )
}
