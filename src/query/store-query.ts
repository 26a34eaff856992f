import { compareBytes } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import type { Clock } from '../core/time/clock.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import { partitionFor } from '../protocol/partitioner.ts'
import type { KeyQuestion, ScanQuestion, StoreRow } from '../task/store-question.ts'
import { type Deadline, deadlineOf, type QueryOptions, type RangeQueryOptions } from './query-options.ts'
import type { RoutedPage, Router } from './router.ts'

/** Rows of a page that is asked for. */
const pageRows = 500

/** One store's partitions, asked as one: whoever has them, in whatever process. */
export class StoreQuery {
  readonly spec: StoreSpec
  readonly #router: () => Router
  readonly #clock: Clock

  /** @param router throws `store-not-ready` while the application does not run. */
  constructor(spec: StoreSpec, router: () => Router, clock: Clock) {
    this.spec = spec
    this.#router = router
    this.#clock = clock
  }

  /** A key's bytes. @throws StreamsError `key-invalid` */
  keyBytes(key: unknown): Uint8Array {
    const { name, keySerde } = this.spec
    const wrong = (why: string, cause?: unknown): StreamsError =>
      new StreamsError('key-invalid', `store '${name}' has keys of ${keySerde.name}: ${why}`, {
        cause,
        details: { store: name },
      })
    if (key === null || key === undefined) throw wrong('none was given')
    try {
      const bytes: unknown = keySerde.serialize(key)
      if (bytes instanceof Uint8Array) return bytes
    } catch (error) {
      throw wrong(error instanceof Error ? error.message : String(error), error)
    }
    throw wrong(`one of type ${typeof key} was given`)
  }

  /** The partition that has a key. */
  async partitionOf(key: unknown, bytes: Uint8Array, options: QueryOptions): Promise<number> {
    const known = this.#knownPartition(key, bytes, options)
    if (known !== undefined) return known
    const count = await this.#count(this.#router())
    return options.partitioner ? options.partitioner(key as never, count) : partitionFor(bytes, count)
  }

  /** The same without a promise, which costs as much as the query. */
  #knownPartition(
    key: unknown,
    bytes: Uint8Array,
    { partition, partitioner }: QueryOptions,
  ): number | undefined {
    if (partition !== undefined) return partition
    const router = this.#router()
    if (router.isGlobal(this.spec)) return 0
    const { partitions } = router
    const count = partitions.known(partitions.subtopologyOf(this.spec.name))
    if (count === undefined) return undefined
    return partitioner ? partitioner(key as never, count) : partitionFor(bytes, count)
  }

  /** The one row that has the key, if there is one. */
  async first(key: unknown, question: KeyQuestion, options: QueryOptions): Promise<StoreRow | undefined> {
    const partition =
      this.#knownPartition(key, question.key, options) ?? (await this.partitionOf(key, question.key, options))
    const { rows } = await this.#page(partition, question, undefined, 1, options, this.#deadline(options))
    return rows[0]
  }

  /** Rows of one key. */
  async *ofKey(
    key: unknown,
    bytes: Uint8Array,
    question: ScanQuestion,
    options: RangeQueryOptions,
  ): AsyncGenerator<StoreRow, undefined> {
    const partition = await this.partitionOf(key, bytes, options)
    yield* this.#merged([partition], question, options)
  }

  /** Rows of all partitions, in the order of the rows' places. */
  async *ofAll(question: ScanQuestion, options: RangeQueryOptions): AsyncGenerator<StoreRow, undefined> {
    yield* this.#merged(await this.#partitions(options), question, options)
  }

  /** How many rows there are. */
  async count(options: QueryOptions): Promise<number> {
    const counts = (await this.#partitions(options)).map(async (partition) => {
      let count = 0
      for (let after: Uint8Array | undefined, more = true; more; more = after !== undefined) {
        const page = await this.#page(
          partition,
          { kind: 'count' },
          after,
          1,
          options,
          this.#deadline(options),
        )
        count += page.looked
        after = page.after
      }
      return count
    })
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  }

  async *#merged(
    partitions: readonly number[],
    question: ScanQuestion,
    options: RangeQueryOptions,
  ): AsyncGenerator<StoreRow, undefined> {
    const limit = checkedLimit(options)
    const pageLimit = Math.min(limit, pageRows)
    const sources = partitions.map(
      (partition) =>
        new PartitionRows((after) =>
          this.#page(partition, question, after, pageLimit, options, this.#deadline(options)),
        ),
    )
    await Promise.all(sources.map((source) => source.fill()))
    const direction = 'reverse' in question && question.reverse ? -1 : 1
    for (let given = 0; given < limit; given++) {
      let first: PartitionRows | undefined
      for (const source of sources)
        if (
          source.head &&
          (!first?.head || direction * compareBytes(source.head.order, first.head.order) < 0)
        )
          first = source
      if (!first?.head) return
      yield first.head
      first.take()
      if (!first.head) await first.fill()
    }
  }

  async #page(
    partition: number,
    question: KeyQuestion | ScanQuestion,
    after: Uint8Array | undefined,
    limit: number,
    options: QueryOptions,
    deadline: Deadline,
  ): Promise<RoutedPage> {
    const router = this.#router()
    const { isolation = 'latest', stale = false, onRead } = options
    const request = { question, limit, isolation, stale, ...(after && { after }) }
    const page = router.isGlobal(this.spec)
      ? router.askGlobal(this.spec, request)
      : await router.ask(this.spec, partition, request, deadline)
    const { instance, checkpointMs, lag } = page
    if (!onRead) return page
    onRead({
      store: this.spec.name,
      partition,
      instance,
      checkpointAgeMs: checkpointMs === undefined ? undefined : Math.max(0, this.#clock.now() - checkpointMs),
      lag,
    })
    return page
  }

  async #partitions(options: QueryOptions): Promise<readonly number[]> {
    if (options.partition !== undefined) return [options.partition]
    const router = this.#router()
    if (router.isGlobal(this.spec)) return [0]
    const count = await this.#count(router)
    return Array.from({ length: count }, (_, partition) => partition)
  }

  #count(router: Router): Promise<number> {
    return router.partitions.count(router.partitions.subtopologyOf(this.spec.name))
  }

  /** Of each page: who reads a large store slowly is not to be cut off. */
  #deadline(options: QueryOptions): Deadline {
    return deadlineOf(options, this.#clock)
  }
}

/** One partition's rows, a page at a time, and none before it is needed. */
class PartitionRows {
  readonly #read: (after: Uint8Array | undefined) => Promise<RoutedPage>
  #rows: readonly StoreRow[] = []
  #at = 0
  #after: Uint8Array | undefined
  #begun = false

  constructor(read: (after: Uint8Array | undefined) => Promise<RoutedPage>) {
    this.#read = read
  }

  get head(): StoreRow | undefined {
    return this.#rows[this.#at]
  }

  take(): void {
    this.#at++
  }

  /** Reads until there is a head, or the end; a page may be empty though there are more. */
  async fill(): Promise<void> {
    while (!this.head && (!this.#begun || this.#after)) {
      this.#begun = true
      const page = await this.#read(this.#after)
      this.#rows = page.rows
      this.#at = 0
      this.#after = page.after
    }
  }
}

function checkedLimit({ limit = Number.POSITIVE_INFINITY }: RangeQueryOptions): number {
  if (limit === Number.POSITIVE_INFINITY || (Number.isSafeInteger(limit) && limit >= 0)) return limit
  throw new StreamsError('value-out-of-range', `query: limit: ${String(limit)} is not a whole number`)
}
