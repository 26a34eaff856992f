import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'

const states = ['none', 'records', 'offsets', 'ending'] as const

/** What a worker's producer was doing: nothing, sending records, sending offsets, or waiting for EndTxn. */
export type TransactionState = (typeof states)[number]

/** One byte in a file, which outlives a killed process. */
export class TransactionFlag {
  readonly #file: number
  #state: TransactionState | undefined

  constructor(path: string) {
    this.#file = openSync(path, 'w')
    this.set('none')
  }

  set(state: TransactionState): void {
    if (state === this.#state) return
    this.#state = state
    writeSync(this.#file, String(states.indexOf(state)), 0)
  }

  close(): void {
    closeSync(this.#file)
  }
}

export function readTransactionFlag(path: string): TransactionState {
  return states[Number(readFileSync(path, 'utf8'))] ?? 'none'
}
