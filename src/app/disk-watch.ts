import { statfsSync } from 'node:fs'
import type { Logger } from '../core/logger.ts'
import type { Clock } from '../core/time/clock.ts'

export interface DiskUse {
  readonly totalBytes: number
  /** By anybody, not by this application alone. */
  readonly usedBytes: number
  /** What of it anybody may use is used, from 0 to 1: as `df` tells. */
  readonly ratio: number
}

export interface DiskWatchParts {
  readonly directory: string
  readonly clock: Clock
  readonly logger: Logger
  /** For tests. @throws what `statfs` throws. */
  readonly read?: (directory: string) => DiskUse
}

/** Between two looks, ms. */
const lookMs = 60_000
const warnRatio = 0.8

/** Looks now and then how full the disk of the state directory is, and warns each time it comes to be over 80% full. */
export class DiskWatch {
  readonly #parts: DiskWatchParts
  #cancel: (() => void) | undefined
  #over = false
  #failed = false

  constructor(parts: DiskWatchParts) {
    this.#parts = parts
  }

  start(): void {
    this.#look()
  }

  stop(): void {
    this.#cancel?.()
  }

  /** As it is now; undefined if the system does not tell, of which the log says why. */
  get use(): DiskUse | undefined {
    const { directory, logger, read = readDisk } = this.#parts
    try {
      const use = read(directory)
      this.#failed = false
      return use
    } catch (err) {
      if (!this.#failed) logger.warn({ directory, err }, 'how full the disk of the state is cannot be told')
      this.#failed = true
      return undefined
    }
  }

  #look(): void {
    const { clock } = this.#parts
    const { use } = this
    if (use) this.#judge(use)
    this.#cancel = clock.after(lookMs, () => this.#look())
  }

  #judge({ totalBytes, usedBytes, ratio }: DiskUse): void {
    const over = ratio > warnRatio
    if (over && !this.#over) {
      const { directory, logger } = this.#parts
      const percent = Math.floor(ratio * 100)
      logger.warn(
        { directory, totalBytes, usedBytes },
        `the disk of the state directory is ${percent}% full: when it is full the application ends`,
      )
    }
    this.#over = over
  }
}

function readDisk(directory: string): DiskUse {
  const { bsize, blocks, bfree, bavail } = statfsSync(directory)
  const used = blocks - bfree
  const usable = used + bavail
  return { totalBytes: blocks * bsize, usedBytes: used * bsize, ratio: usable === 0 ? 0 : used / usable }
}
