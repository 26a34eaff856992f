/**
 * Told of an update that a cached store lets go: at commits, and when the cache is full. The task's record context is
 * then that of the record that caused the update.
 * @param key `Windowed` of window and session stores.
 * @param newValue the plain value, without the timestamp a timestamped store keeps; null: deleted.
 * @param oldValue as `newValue`; null unless the listener asked for old values.
 * @param timestamp of the new value in a timestamped store, else of the record that caused the update.
 */
export type FlushListener = (key: unknown, newValue: unknown, oldValue: unknown, timestamp: number) => void

/** A typed store may be cached; then it, and not the operator that fills it, says when an update is forwarded. */
export interface Cacheable {
  /** @returns false if the store is not cached: the operator forwards by itself. */
  setFlushListener(listener: FlushListener, sendOldValues: boolean): boolean
}
