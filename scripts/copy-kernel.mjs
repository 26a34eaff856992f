// node scripts/copy-kernel.mjs FOLDER: the compiler copies only TypeScript; the kernel lies beside the file that loads it.
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
copyFileSync(join(root, 'src/kernel/kernel.wasm'), join(root, process.argv[2], 'kernel.wasm'))
