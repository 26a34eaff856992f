import { StreamsError } from '../core/errors.ts'
import type { BadRecord, Kernel, RegionKernel } from '../kernel/kernel.ts'
import type { RegionStore } from './region-store.ts'

export interface RegionEvents {
  /** A record that cannot be read. Returning leaves it out; throwing ends the task. */
  bad(record: BadRecord): void
  /** The writer's batch is full: close it and send it. */
  full(writer: number): void
}

/**
 * Changelog records held back for a commit: enough that a row counted into often is logged once, few enough that the
 * commit does not wait long for the broker to take them.
 */
const heldBackRows = 32_768

/** Runs a region over what the kernel's reader holds: a call into the kernel per stage and stretch, none per record. */
export class Region {
  readonly #kernel: Kernel
  readonly #region: RegionKernel
  readonly #store: RegionStore
  readonly #events: RegionEvents

  constructor(kernel: Kernel, store: RegionStore, events: RegionEvents) {
    this.#kernel = kernel
    this.#region = regionOf(kernel)
    this.#store = store
    this.#events = events
  }

  /** Takes at most `limit` of the loaded records through the region. @returns how many were decoded; 0 at the end. */
  process(limit: number): number {
    const records = this.#kernel.reader.decode(limit)
    if (records === 0) return 0
    for (const bad of this.#region.check()) {
      this.#events.bad(bad)
      this.#region.skip(bad.index)
    }
    const missing = this.#region.locate()
    for (let i = 0; i < missing; i++) {
      const { segment, key } = this.#region.missing(i)
      this.#region.fill(i, this.#store.read(segment, key))
    }
    this.#until(() => this.#region.apply())
    this.#until(() => this.#region.emit(heldBackRows))
    return records
  }

  /** At a commit: the changelog records that were held back, one per changed row. */
  flush(): void {
    this.#until(() => this.#region.emit(0))
  }

  committed(): void {
    this.#region.committed()
  }

  #until(run: () => number): void {
    for (let full = run(); full >= 0; full = run()) this.#events.full(full)
  }
}

export function regionOf(kernel: Kernel): RegionKernel {
  if (kernel.region) return kernel.region
  throw new StreamsError('internal', 'the kernel was made without a region program')
}
