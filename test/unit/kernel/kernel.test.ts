import { createWasmKernel } from '../../../src/kernel/load.ts'
import { createReferenceKernel } from '../../../src/kernel/reference/kernel.ts'
import { kernelSuite } from './kernel.suite.ts'

kernelSuite('reference', createReferenceKernel)
kernelSuite('WebAssembly', createWasmKernel)
