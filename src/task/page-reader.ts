import type { Clock } from '../core/time/clock.ts'
import type { QueriedStore, StoreScan } from './queried-store.ts'
import type { KeyQuestion, ScanQuestion, StorePage, StoreRequest, StoreRow } from './store-question.ts'
import { wrong } from './store-scans.ts'
import type { StoredValue } from './task-store.ts'

/** A page is cut after so long, ms: whoever processes records in the same thread waits no longer. */
const sliceMs = 2
/** The clock is looked at once in so many rows. */
const rowsPerLook = 32
/** Bytes of a page, about. */
const pageBytes = 256 * 1024
/** Scans kept open for their next page; the others begin anew behind the last row. */
const openScans = 16
/** A scan that nobody goes on with keeps old rows on disk from being used again. ms. */
const keptMs = 2000

interface OpenScan {
  readonly store: QueriedStore
  readonly question: string
  readonly rows: StoreScan
  readonly after: Uint8Array
  readonly atMs: number
}

export type Page = Pick<StorePage, 'rows' | 'looked' | 'after'>

/** Answers questions about stores, a page at a time and each within a slice. */
export class PageReader {
  readonly #clock: Clock
  #open: OpenScan[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws StreamsError `query-unsupported` if the store cannot answer that. */
  read(store: QueriedStore, request: Pick<StoreRequest, 'question' | 'after' | 'limit'>): Page {
    const { question } = request
    switch (question.kind) {
      case 'key':
      case 'window':
      case 'version': {
        const row = keyRow(store, question)
        return { rows: row ? [row] : [], looked: 1, after: undefined }
      }
      default:
        return this.#readScan(store, question, request.after, request.limit)
    }
  }

  #readScan(store: QueriedStore, question: ScanQuestion, after: Uint8Array | undefined, limit: number): Page {
    if (!store.scan) throw wrong(store.spec, 'its rows cannot be read one after the other')
    this.#forgetOld()
    const text = scanName(question)
    const scan = (after && this.#takeOpen(store, text, after)) ?? store.scan(question, after)
    const page = this.#take(scan, question.kind === 'count' ? 0 : limit)
    if (page.after)
      this.#keep({ store, question: text, rows: scan, after: page.after, atMs: this.#clock.monotonic() })
    return page
  }

  /** @param limit 0: rows are counted only. */
  #take(scan: StoreScan, limit: number): Page {
    const end = this.#clock.monotonic() + sliceMs
    const rows: StoreRow[] = []
    let bytes = 0
    for (let looked = 0; ; ) {
      const item = scan.next()
      if (item.done) return { rows, looked, after: undefined }
      const [order, row] = item.value
      looked++
      if (row && limit > 0) {
        rows.push(row)
        bytes += row.key.length + row.value.length
      }
      const full = (limit > 0 && rows.length >= limit) || bytes >= pageBytes
      if (full || (looked % rowsPerLook === 0 && this.#clock.monotonic() >= end))
        return { rows, looked, after: order }
    }
  }

  #takeOpen(store: QueriedStore, question: string, after: Uint8Array): StoreScan | undefined {
    const found = this.#open.find(
      (open) => open.store === store && open.question === question && Buffer.compare(open.after, after) === 0,
    )
    if (found) this.#open = this.#open.filter((open) => open !== found)
    return found?.rows
  }

  #keep(scan: OpenScan): void {
    this.#open.push(scan)
    if (this.#open.length > openScans) this.#open.shift()?.rows.return?.()
  }

  #forgetOld(): void {
    const oldest = this.#clock.monotonic() - keptMs
    for (const { rows } of this.#open.filter(({ atMs }) => atMs < oldest)) rows.return?.()
    this.#open = this.#open.filter(({ atMs }) => atMs >= oldest)
  }
}

function keyRow(store: QueriedStore, question: KeyQuestion): StoreRow | undefined {
  const { spec } = store
  const { key } = question
  const fits = question.kind === 'window' ? spec.kind === 'window' : spec.kind !== 'window'
  if (!fits) throw wrong(spec, `it ${spec.kind === 'window' ? 'has' : 'has no'} windows`)
  if (question.kind === 'window') {
    const found = store.get(key, question.start)
    const end = spec.kind === 'window' ? question.start + spec.windowSizeMs : -1
    return found && rowOf(key, found, question.start, end)
  }
  if (spec.kind === 'versioned') {
    const found = store.version?.(key, question.kind === 'version' ? question.asOf : undefined)
    return found && rowOf(key, found, found.timestamp, found.validTo ?? -1)
  }
  if (question.kind === 'version') throw wrong(spec, 'it keeps no versions')
  if (spec.kind !== 'key-value') throw wrong(spec, 'its values are not found by their key')
  const found = store.get(key, 0)
  return found && rowOf(key, found, 0, -1)
}

function rowOf(key: Uint8Array, { value, timestamp }: StoredValue, start: number, end: number): StoreRow {
  return { order: key, key, value, timestamp, start, end }
}

/** The same for the same question. */
function scanName(question: ScanQuestion): string {
  return JSON.stringify(question, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  )
}
