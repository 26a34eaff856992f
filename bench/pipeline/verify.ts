import type { Client, PartitionOffset } from '../../src/client/client.ts'
import { createWasmKernel } from '../../src/kernel/load.ts'
import { outputTopic } from './windowed-count.ts'

/** Where the output ends, with what waits for its marker: EndTxn is answered before the markers are written. */
export function outputEnds(client: Client, partitions: number): Promise<readonly PartitionOffset[]> {
  const topics = Array.from({ length: partitions }, (_, partition) => ({ topic: outputTopic, partition }))
  return client.listOffsets(topics, 'latest', 'read_uncommitted')
}

/**
 * Reads the committed output from `starts` on: every update of a key must count one more than the last, and the last
 * ones must add up to the input. @throws Error saying what is wrong.
 */
export async function verifyOutput(
  client: Client,
  starts: readonly PartitionOffset[],
  expected: number,
): Promise<void> {
  const ends = await outputEnds(client, starts.length)
  const left = new Map<number, number>()
  const fetcher = client.fetcher({
    isolation: 'read_committed',
    partitionBytes: 2 ** 20,
    bufferBytes: 32 * 2 ** 20,
    offsetReset: 'none',
  })
  for (const start of starts) {
    const end = ends.find(({ partition }) => partition === start.partition)
    if (!end || end.offset <= start.offset) continue
    left.set(start.partition, end.offset)
    fetcher.add(start, start.offset)
  }
  const { reader } = createWasmKernel()
  const counts = new Map<string, number>()
  while (left.size > 0) {
    for (const stretch of await fetcher.poll(1000)) {
      reader.load(stretch.runs, stretch.offset)
      for (let n = reader.decode(); n > 0; n = reader.decode()) {
        for (let i = 0; i < n; i++) {
          const key = Buffer.from(reader.key(i)!).toString('latin1')
          const value = Number(Buffer.from(reader.value(i)!).readBigInt64BE())
          const previous = counts.get(key) ?? 0
          if (value !== previous + 1) throw new Error(`${key}: ${value} follows ${previous}`)
          counts.set(key, value)
        }
      }
      if (stretch.nextOffset >= left.get(stretch.partition)!) left.delete(stretch.partition)
      stretch.release()
    }
  }
  await fetcher.close()
  let sum = 0
  for (const count of counts.values()) sum += count
  if (sum !== expected)
    throw new Error(`the counts add up to ${sum}, not to the ${expected} records of the input`)
}
