import type { StoreSpec } from '../plan/store-spec.ts'
import type { Windows } from '../plan/windows.ts'
import type { Serde } from '../serde/serde.ts'
import { endOfTime, sessionWindowed, timeWindowed } from '../serde/windowed.ts'
import type { EmitStrategy } from './aggregation-options.ts'
import type { BuildContext } from './context.ts'
import { keyValueStoreSpec, type StoreParts, sessionStoreSpec, windowStoreSpec } from './materialized.ts'
import type {
  KeyValueStoreOptions,
  SessionStoreOptions,
  StoreOptions,
  WindowStoreOptions,
} from './options.ts'

/** How an aggregation divides time, and when it emits. */
export interface Windowing {
  readonly windows: Windows
  readonly emit: EmitStrategy
}

/** Of the kind of store that the windows ask for. */
export type AnyStoreOptions = KeyValueStoreOptions | WindowStoreOptions | SessionStoreOptions

/**
 * The store of an aggregation (Java's KeyValue-, Window-, SlidingWindow- and SessionStoreMaterializer).
 * @throws StreamsError `topology-invalid` if it retains less than its windows need.
 */
export function aggregationStore(
  context: BuildContext,
  options: AnyStoreOptions | undefined,
  parts: StoreParts,
  windowing: Windowing | undefined,
): StoreSpec {
  if (!windowing) return keyValueStoreSpec(context, options, parts)
  const { windows, emit } = windowing
  const timeOrder = emit !== 'update' && { timeOrdered: true }
  const store = cachesUpdates(windowing) ? options : uncached(options)
  switch (windows.kind) {
    case 'time': {
      const { sizeMs, advanceMs, graceMs } = windows
      const neededMs = sizeMs + graceMs
      const spec = windowStoreSpec(context, store, { ...parts, windowSizeMs: sizeMs, neededMs, advanceMs })
      return { ...spec, ...timeOrder }
    }
    case 'unlimited':
      return windowStoreSpec(context, store, { ...parts, windowSizeMs: endOfTime, neededMs: endOfTime })
    case 'sliding': {
      const { differenceMs, graceMs } = windows
      // A record looks for windows that began as much as two differences before it.
      const neededMs = 2 * differenceMs + graceMs
      return {
        ...windowStoreSpec(context, store, { ...parts, windowSizeMs: differenceMs, neededMs }),
        ...timeOrder,
      }
    }
    case 'session': {
      const neededMs = windows.gapMs + windows.graceMs
      const takesExpired = emit !== 'update' && { takesExpired: true }
      return { ...sessionStoreSpec(context, store, { ...parts, neededMs }), ...takesExpired }
    }
  }
}

/** The key of the table: the group's, with its window if there are windows. */
export function tableKeySerde(keySerde: Serde<unknown>, windows: Windows | undefined): Serde<unknown> {
  switch (windows?.kind) {
    case undefined:
      return keySerde
    case 'time':
      return timeWindowed(keySerde, windows.sizeMs)
    case 'unlimited':
      return timeWindowed(keySerde, 'unlimited')
    case 'sliding':
      return timeWindowed(keySerde, windows.differenceMs)
    case 'session':
      return sessionWindowed(keySerde)
  }
}

/**
 * Java has no cache under final results, except for time windows, where it only holds changelog records back. Final
 * results that come beside updates must not overtake them.
 */
function cachesUpdates({ windows, emit }: Windowing): boolean {
  return emit === 'update' || (emit === 'close' && windows.kind === 'time')
}

function uncached(options: StoreOptions | undefined): StoreOptions {
  return { ...options, caching: false }
}
