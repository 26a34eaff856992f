import type { Client } from '../../src/client/client.ts'
import { utf8Text } from '../../src/core/bytes.ts'
import { poisonPrefix } from './feeder.ts'
import { partitionsOf, readCommitted } from './topic-log.ts'

export interface InputRecord {
  readonly partition: number
  readonly offset: number
  readonly key: string
  readonly value: string
}

/** What an input topic holds, also when it is deleted later: read as far as it goes, whenever asked. */
export class InputLog {
  readonly topic: string
  readonly #client: Client
  readonly #partitions: number
  #read: ReadonlyMap<number, number> = new Map()
  readonly #records: InputRecord[] = []
  readonly #skipped: { readonly partition: number; readonly from: number; readonly to: number }[] = []

  constructor(client: Client, topic: string, partitions: number) {
    this.#client = client
    this.topic = topic
    this.#partitions = partitions
  }

  async readOn(): Promise<void> {
    const partitions = partitionsOf(this.topic, this.#partitions)
    const ends = await readCommitted(
      this.#client,
      partitions,
      (partition, { offset, key, value }) => {
        this.#records.push({ partition, offset, key: utf8Text(key!), value: utf8Text(value!) })
      },
      this.#read,
    )
    this.#read = new Map(ends.map(({ partition, offset }) => [partition, offset]))
  }

  /** The job is not to see these offsets, from `from` to before `to`. */
  skip(partition: number, from: number, to: number): void {
    this.#skipped.push({ partition, from, to })
  }

  /** Every record that was there, deleted ones too. */
  get records(): readonly InputRecord[] {
    return this.#records
  }

  /** What the job is to count. */
  get seen(): readonly InputRecord[] {
    return this.#records.filter((record) => !isPoison(record) && !this.#isSkipped(record))
  }

  /** What nothing can read, and the job sees. */
  get poisons(): readonly InputRecord[] {
    return this.#records.filter((record) => isPoison(record) && !this.#isSkipped(record))
  }

  get skippedRecords(): number {
    return this.#records.filter((record) => this.#isSkipped(record)).length
  }

  #isSkipped({ partition, offset }: InputRecord): boolean {
    return this.#skipped.some(
      ({ partition: its, from, to }) => its === partition && offset >= from && offset < to,
    )
  }
}

export function isPoison({ value }: InputRecord): boolean {
  return value.startsWith(poisonPrefix)
}
