import { putInt64 } from '../core/bytes.ts'
import type { LoweredRegion } from '../plan/lower.ts'
import type { RegionStore } from '../region/region-store.ts'
import { timestampedFormat } from '../store/row-format.ts'
import { windowKeys } from '../store/segment-keys.ts'
import type { SegmentSource } from '../store/segment-scan.ts'
import type { QueriedStore } from './queried-store.ts'
import { keyValueScan, segmentedScan } from './store-scans.ts'
import type { StoredValue, TaskStore } from './task-store.ts'

/** The kernel's table. */
export class RegionTaskStore implements TaskStore {
  readonly state: RegionStore
  readonly queried: QueriedStore

  constructor(state: RegionStore, spec: LoweredRegion['store']) {
    this.state = state
    const scan =
      spec.kind === 'window'
        ? segmentedScan(spec, () => this.#source(spec), timestampedFormat)
        : keyValueScan(spec, (range) => state.range(0, range), timestampedFormat)
    this.queried = { spec, get: (key, windowStart) => this.get(key, windowStart), scan }
  }

  restore(): void {
    this.state.restore()
  }

  get(key: Uint8Array, windowStart: number): StoredValue | undefined {
    const found = this.state.get(key, windowStart)
    if (!found) return undefined
    const value = new Uint8Array(8)
    putInt64(new DataView(value.buffer), 0, found.value)
    return { value, timestamp: found.timestamp }
  }

  #source(spec: Extract<LoweredRegion['store'], { kind: 'window' }>): SegmentSource {
    const { state } = this
    const { segmentMs, retentionMs, advanceMs } = spec
    return {
      keys: windowKeys,
      segmentMs,
      timeFirst: true,
      stepMs: advanceMs,
      firstLive: state.time - retentionMs + 1,
      time: state.time,
      segments: () => state.segments(),
      range: (segment, options) => state.range(segment, options),
      changes: () => [],
      get: (_, rowKey) => state.row(rowKey),
    }
  }
}
