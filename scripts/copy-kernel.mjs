// The compiler copies only TypeScript; the kernel lies beside the file that loads it.
import { copyFileSync } from 'node:fs'

copyFileSync(
  new URL('../src/kernel/kernel.wasm', import.meta.url),
  new URL('../dist/kernel/kernel.wasm', import.meta.url),
)
