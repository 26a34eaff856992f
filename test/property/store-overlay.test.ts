import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hex } from '../../src/core/bytes.ts'
import type { Row, SpaceRows } from '../../src/store/byte-store.ts'
import { MemoryStore } from '../../src/store/memory-store.ts'
import { Overlay } from '../../src/store/overlay.ts'
import { inRange, type Model, OpenIterators } from './store-model.ts'

const key = fc.uint8Array({ maxLength: 2 }).map((bytes) => bytes.map((byte) => byte % 5))
const range = fc.record({ from: key, to: key, reverse: fc.boolean() }, { requiredKeys: [] })
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      key,
      value: fc.option(fc.uint8Array({ maxLength: 2 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('iterate' as const), range }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), count: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'snapshot' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'write' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'acknowledge' as const }) },
)

function rowsOf(rows: Iterable<Row>): string[] {
  return [...rows].map(([k, value]) => `${hex(k)}=${hex(value)}`)
}

function put(overlay: Overlay, model: Map<string, string>, key: Uint8Array, value: Uint8Array | null): void {
  overlay.put(key, value)
  if (value) model.set(hex(key), hex(value))
  else model.delete(hex(key))
  const found = overlay.get(key)
  expect(found && hex(found)).toBe(model.get(hex(key)))
}

/** Takes snapshots to the disk step by step, and knows what must be there. */
class Checkpoints {
  readonly #disk: MemoryStore
  readonly #overlay: Overlay
  #cut: { readonly rows: SpaceRows; readonly model: Model } | undefined
  #written = false
  onDisk: Model = new Map()

  constructor(disk: MemoryStore, overlay: Overlay) {
    this.#disk = disk
    this.#overlay = overlay
  }

  async step(kind: 'snapshot' | 'write' | 'acknowledge', model: Model): Promise<void> {
    if (kind === 'snapshot') this.#snapshot(model)
    else if (kind === 'write') await this.#write()
    else this.#acknowledge()
  }

  #snapshot(model: Model): void {
    if (this.#cut) return
    const rows = this.#overlay.snapshot()
    if (rows) this.#cut = { rows, model: new Map(model) }
  }

  async #write(): Promise<void> {
    if (!this.#cut || this.#written) return
    await this.#disk.write([this.#cut.rows])
    this.onDisk = this.#cut.model
    this.#written = true
  }

  #acknowledge(): void {
    if (!this.#written) return
    this.#overlay.acknowledge()
    this.#cut = undefined
    this.#written = false
  }
}

test('reads see every change at once, the disk only what was snapshot and written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 150, size: 'max' }), async (steps) => {
      const disk = new MemoryStore()
      const overlay = new Overlay(disk, 's')
      const checkpoints = new Checkpoints(disk, overlay)
      const model = new Map<string, string>()
      const open = new OpenIterators<Uint8Array>(hex)
      for (const action of steps) {
        if (action.kind === 'put') put(overlay, model, action.key, action.value)
        else if (action.kind === 'iterate')
          open.add(overlay.range(action.range), inRange(model, action.range))
        else if (action.kind === 'advance') open.advance(action.count)
        else await checkpoints.step(action.kind, model)
      }
      expect(rowsOf(overlay.range())).toEqual(inRange(model, {}))
      expect(rowsOf(disk.range('s'))).toEqual(inRange(checkpoints.onDisk, {}))
      open.finish()
    }),
    { numRuns: 200 },
  )
})
