import { hex } from '../../../src/core/bytes.ts'
import type { ChangelogOptions } from '../../../src/store/changelog.ts'

export interface LoggedChange {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
  readonly timestamp: number
}

/** A changelog that keeps what is appended to it. */
export function changelogSink(mode: ChangelogOptions['mode']): {
  readonly options: ChangelogOptions
  readonly changes: LoggedChange[]
  /** `key=value@timestamp`, in hex; then forgets them. */
  take(): string[]
} {
  const changes: LoggedChange[] = []
  return {
    options: {
      mode,
      append: (key, value, timestamp) => {
        changes.push({ key: new Uint8Array(key), value: value && new Uint8Array(value), timestamp })
      },
    },
    changes,
    take: () =>
      changes.splice(0).map((c) => `${hex(c.key)}=${c.value ? hex(c.value) : 'null'}@${c.timestamp}`),
  }
}
