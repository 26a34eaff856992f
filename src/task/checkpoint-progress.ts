import type { Clock } from '../core/time/clock.ts'
import type { Tell } from '../metrics/registry.ts'
import type { Cut } from '../store/task-state.ts'

const group = 'millrace-metrics'

/** What is known of a task's checkpoints. */
export class CheckpointProgress {
  readonly #clock: Clock
  #written = 0
  #rows = 0
  #bytes = 0
  /** Of the last one, or of the task's opening. */
  #time: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#time = clock.monotonic()
  }

  wrote({ rows, rowCount }: Cut): void {
    this.#written++
    this.#rows = rowCount
    this.#bytes = rows.reduce((sum, { rows: packed }) => sum + packed.length, 0)
    this.#time = this.#clock.monotonic()
  }

  tell(tell: Tell): void {
    tell(group, 'checkpoints-total', this.#written)
    tell(group, 'checkpoint-rows', this.#rows)
    tell(group, 'checkpoint-size-bytes', this.#bytes)
    tell(group, 'checkpoint-age-seconds', (this.#clock.monotonic() - this.#time) / 1000)
  }
}
