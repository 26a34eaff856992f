import { EventEmitter, once } from 'node:events'
import type { Client, Fetched, Fetcher, PartitionOffset } from '../../src/client/client.ts'
import { now } from '../cluster/now.ts'

/** Reads what comes to a topic, as a read_committed consumer behind the application does. */
export class OutputWatch implements AsyncDisposable {
  readonly #fetcher: Fetcher
  readonly #listener: (stretch: Fetched, at: number) => void
  readonly #ended: Promise<void>
  readonly #news = new EventEmitter()
  #stopping = false

  /** @param from where each partition begins. @param listener is told when a stretch arrived, as `now` says. */
  constructor(
    client: Client,
    from: readonly PartitionOffset[],
    listener: (stretch: Fetched, at: number) => void,
  ) {
    this.#fetcher = committedReader(client, from)
    this.#listener = listener
    this.#ended = this.#run()
    // Whoever stops it is told of a failure.
    this.#ended.catch(() => {})
  }

  /** Waits until what arrived makes `condition` true. @throws Error after `limitMs` */
  async until(what: string, condition: () => boolean, limitMs = 120_000): Promise<void> {
    const signal = AbortSignal.timeout(limitMs)
    while (!condition()) {
      await Promise.race([once(this.#news, 'arrived', { signal }), this.#ended]).catch((cause: unknown) => {
        throw new Error(`not within ${limitMs / 1000} s: ${what}`, { cause })
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true
    this.#fetcher.wake()
    await this.#ended
    await this.#fetcher.close()
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      for (const stretch of await this.#fetcher.poll(1000)) {
        this.#listener(stretch, now())
        stretch.release()
      }
      this.#news.emit('arrived')
    }
  }
}

/** Reads committed records of a topic from one place to another. */
export async function readTopic(
  client: Client,
  from: readonly PartitionOffset[],
  to: readonly PartitionOffset[],
  listener: (stretch: Fetched) => void,
): Promise<void> {
  const ends = new Map(to.map(({ partition, offset }) => [partition, offset]))
  const starts = from.filter(({ partition, offset }) => offset < (ends.get(partition) ?? 0))
  const open = new Set(starts.map(({ partition }) => partition))
  const fetcher = committedReader(client, starts)
  while (open.size > 0) {
    for (const stretch of await fetcher.poll(1000)) {
      listener(stretch)
      if (stretch.nextOffset >= (ends.get(stretch.partition) ?? 0)) open.delete(stretch.partition)
      stretch.release()
    }
  }
  await fetcher.close()
}

function committedReader(client: Client, from: readonly PartitionOffset[]): Fetcher {
  const fetcher = client.fetcher({
    isolation: 'read_committed',
    partitionBytes: 2 ** 20,
    bufferBytes: 32 * 2 ** 20,
    offsetReset: 'none',
  })
  for (const start of from) fetcher.add(start, start.offset)
  return fetcher
}
