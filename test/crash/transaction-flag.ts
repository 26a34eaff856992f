import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const states = ['none', 'records', 'offsets', 'ending'] as const

/** What a worker's producer was doing: nothing, sending records, sending offsets, or waiting for EndTxn. */
export type TransactionState = (typeof states)[number]

/** One byte in a file, which outlives a killed process; one of each thread. */
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

/** The furthest of the flags in a folder. */
export function readTransactionFlags(folder: string): TransactionState {
  const flags = flagsIn(folder).map((path) => Number(readFileSync(path, 'utf8')))
  return states[Math.max(0, ...flags)] ?? 'none'
}

export function removeTransactionFlags(folder: string): void {
  for (const path of flagsIn(folder)) rmSync(path, { force: true })
}

function flagsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('transaction-'))
    .map((name) => join(folder, name))
}
