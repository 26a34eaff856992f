/** What shows that a stream thread lives. The numbers only ever change; how much says nothing. */
export interface SignsOfLife {
  /** Its event loop turns. */
  readonly beats: number
  /** Its own loop (rebalance, restore, process, commit) turns; 0: it has not begun. */
  readonly turns: number
}

const beatsAt = 0
const turnsAt = 1

/** Signs of life in memory that threads share: one that is blocked cannot hold back what another reads. */
export class ThreadPulse {
  /** For the other side: two counters. */
  readonly shared: Int32Array

  /** @param shared of the other side, if there is one. */
  constructor(shared: Int32Array = new Int32Array(new SharedArrayBuffer(8))) {
    this.shared = shared
  }

  /** The event loop turned. */
  beat(): void {
    Atomics.add(this.shared, beatsAt, 1)
  }

  /** The thread's loop turned. */
  turned(): void {
    Atomics.add(this.shared, turnsAt, 1)
  }

  get signs(): SignsOfLife {
    return { beats: Atomics.load(this.shared, beatsAt), turns: Atomics.load(this.shared, turnsAt) }
  }
}
