import { readInt64, writeInt64 } from '../core/int64-bytes.ts'
import type { RecordContext } from '../core/record.ts'
import { list } from '../serde/list.ts'
import { bytes } from '../serde/scalars.ts'
import type { Serde } from '../serde/serde.ts'
import { type ChangelogOptions, RowLog } from './changelog.ts'
import type { ChangelogRecord } from './changelog-record.ts'
import { flatMapIterator } from './iterators.ts'
import { plainFormat } from './row-format.ts'
import type { CheckpointedRows, RowSpaces, Rows } from './rows.ts'
import { checkpointedRows } from './space-rows.ts'
import type { Entry, JoinSideKey, OuterJoinBuffer, StoreIterator } from './state-stores.ts'
import { checkKey } from './typed-store.ts'

const valueLists = list(bytes)

export interface OuterJoinBufferOptions {
  readonly name: string
  readonly keySerde: Serde<unknown>
  readonly leftSerde: Serde<unknown>
  readonly rightSerde: Serde<unknown>
  readonly changelog: ChangelogOptions | undefined
  readonly record: RecordContext
}

/**
 * Unmatched records of a stream-stream join (Java's ListValueStore of TimestampedKeyAndJoinSide). A row and a changelog
 * record are `timestamp int64 | 1 left, 0 right | record key` -> a list of `1 left, 0 right | value`, as Java's ListSerde
 * has it.
 */
export class OuterJoinBytesBuffer implements OuterJoinBuffer<unknown, unknown> {
  readonly checkpointed: CheckpointedRows
  readonly #options: OuterJoinBufferOptions
  readonly #rows: Rows
  readonly #log: RowLog

  constructor(options: OuterJoinBufferOptions, spaces: RowSpaces) {
    this.#options = options
    this.#rows = spaces.open(options.name)
    this.#log = new RowLog({ ...options, format: plainFormat })
    this.checkpointed = checkpointedRows(this.#rows)
  }

  put(key: JoinSideKey<unknown>, value: unknown): void {
    const row = this.#bytesOf(key)
    if (value === null) {
      this.#set(row, null)
      return
    }
    const waiting = this.#rows.get(row)
    const values = waiting ? valueLists.deserialize(waiting) : []
    this.#set(row, valueLists.serialize([...values, this.#serialize(key, value)]))
  }

  removeIfPresent(key: JoinSideKey<unknown>): void {
    const row = this.#bytesOf(key)
    if (this.#rows.get(row)) this.#set(row, null)
  }

  all(): StoreIterator<Entry<JoinSideKey<unknown>, unknown>> {
    return flatMapIterator(this.#rows.range(), ([row, values]) => {
      const key = this.#readKey(row)
      return valueLists.deserialize(values).map((value) => ({ key, value: this.#deserialize(key, value) }))
    })
  }

  /** Applies a changelog record: a put that is not logged. */
  restore({ key, value }: Pick<ChangelogRecord, 'key' | 'value'>): void {
    this.#rows.put(key, value && new Uint8Array(value))
  }

  flush(): void {
    this.#log.flush()
  }

  #set(key: Uint8Array, row: Uint8Array | null): void {
    this.#rows.put(key, row)
    this.#log.put(key, row)
  }

  #bytesOf({ timestamp, side, key }: JoinSideKey<unknown>): Uint8Array {
    const { name, keySerde } = this.#options
    checkKey(name, key)
    const keyBytes = keySerde.serialize(key)
    const row = new Uint8Array(9 + keyBytes.length)
    writeInt64(row, 0, timestamp)
    row[8] = side === 'left' ? 1 : 0
    row.set(keyBytes, 9)
    return row
  }

  #readKey(row: Uint8Array): JoinSideKey<unknown> {
    return {
      timestamp: readInt64(row, 0),
      side: row[8] === 1 ? 'left' : 'right',
      key: this.#options.keySerde.deserialize(row.subarray(9)),
    }
  }

  #serialize({ side }: JoinSideKey<unknown>, value: unknown): Uint8Array {
    const valueBytes = this.#serdeOf(side).serialize(value)
    const sided = new Uint8Array(1 + valueBytes.length)
    sided[0] = side === 'left' ? 1 : 0
    sided.set(valueBytes, 1)
    return sided
  }

  #deserialize({ side }: JoinSideKey<unknown>, sided: Uint8Array): unknown {
    return this.#serdeOf(side).deserialize(sided.subarray(1))
  }

  #serdeOf(side: 'left' | 'right'): Serde<unknown> {
    return side === 'left' ? this.#options.leftSerde : this.#options.rightSerde
  }
}
