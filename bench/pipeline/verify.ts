import type { Client, PartitionOffset } from '../../src/client/client.ts'
import { createWasmKernel } from '../../src/kernel/load.ts'
import { readTopic } from '../load/output-watch.ts'
import type { OutputCheck } from './output-check.ts'

/** Reads the committed output between two places. @throws Error saying what is wrong with it. */
export async function verifyOutput(
  client: Client,
  from: readonly PartitionOffset[],
  to: readonly PartitionOffset[],
  check: OutputCheck,
  input: number,
): Promise<void> {
  const { reader } = createWasmKernel()
  await readTopic(client, from, to, (stretch) => {
    reader.load(stretch.runs, stretch.offset)
    for (let n = reader.decode(); n > 0; n = reader.decode()) {
      for (let i = 0; i < n; i++) {
        const value = reader.value(i)
        check.see(Buffer.from(reader.key(i)!).toString('latin1'), value && Buffer.from(value))
      }
    }
  })
  check.finish(input)
}
