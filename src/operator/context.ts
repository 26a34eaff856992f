import type { DropReason } from '../core/hooks.ts'
import type { Headers } from '../core/record.ts'
import type { SinkNode } from '../plan/node.ts'

/** What a task offers its operators. */
export interface OperatorContext {
  keyValueStore(name: string): KeyValueStore
  windowStore(name: string): WindowStore
  sink(node: SinkNode): RecordSink
  /** Counts a record that leaves the pipeline without a result. */
  dropped(node: string, reason: DropReason): void
  /** The highest timestamp a node has seen, -1 before the first; the task keeps it over restarts. */
  operatorTime(node: string): { value: number }
}

export interface StoredValue {
  readonly value: unknown
  readonly timestamp: number
}

export interface KeyValueStore {
  get(key: unknown): StoredValue | undefined
  /** @param value null deletes. */
  put(key: unknown, value: unknown, timestamp: number): void
}

export interface WindowStore {
  get(key: unknown, windowStart: number): StoredValue | undefined
  /** @param value null deletes. */
  put(key: unknown, windowStart: number, value: unknown, timestamp: number): void
}

export interface RecordSink {
  /** @param partitionKey hashed for the partition instead of the key, if given. */
  send(
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers,
    partitionKey: Uint8Array | undefined,
  ): void
}
