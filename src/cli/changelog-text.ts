import type { StoreSpec, WindowStoreSpec } from '../plan/store-spec.ts'
import { endOfTime, type Windowed } from '../serde/windowed.ts'
import { recordKeyOf, sessionKeys, sessionStartOf, timeOf, windowKeys } from '../store/segment-keys.ts'

/** A key or a value of a changelog record: what the store's serdes read, or its bytes in base64 and why. */
export type Decoded = { readonly read: unknown } | { readonly base64: string; readonly why: string }

/** Reads the key of a record in a store's changelog, or in the source topic in its place. */
export function decodeChangelogKey(store: StoreSpec, bytes: Uint8Array | null): Decoded {
  if (bytes === null) return { read: null }
  return decoded(bytes, () => {
    switch (store.kind) {
      case 'window':
        return windowKey(store, bytes)
      case 'session': {
        const window = { start: sessionStartOf(bytes), end: timeOf(bytes, sessionKeys) }
        return { key: store.keySerde.deserialize(recordKeyOf(bytes, sessionKeys)), window }
      }
      case 'outer-join-buffer':
        return undefined
      default:
        return store.keySerde.deserialize(bytes)
    }
  })
}

/** Of buffers only the bytes are shown: they hold whole updates with their context. */
export function decodeChangelogValue(store: StoreSpec, bytes: Uint8Array | null): Decoded {
  if (bytes === null) return { read: null }
  return decoded(bytes, () => {
    switch (store.kind) {
      case 'outer-join-buffer':
      case 'suppress-buffer':
      case 'join-buffer':
        return undefined
      default:
        return store.valueSerde.deserialize(bytes)
    }
  })
}

function windowKey({ keySerde, windowSizeMs }: WindowStoreSpec, bytes: Uint8Array): Windowed<unknown> {
  const start = timeOf(bytes, windowKeys)
  const end = Math.min(start + windowSizeMs, endOfTime)
  return { key: keySerde.deserialize(recordKeyOf(bytes, windowKeys)), window: { start, end } }
}

/** @param read undefined: these bytes have no readable form. */
function decoded(bytes: Uint8Array, read: () => unknown): Decoded {
  const base64 = Buffer.from(bytes).toString('base64')
  try {
    const value = read()
    return value === undefined ? { base64, why: 'a buffer keeps it in a form of its own' } : { read: value }
  } catch (error) {
    return { base64, why: (error as Error).message }
  }
}

/** As a value in JSON: bytes that could not be read are an object that says so. */
export function decodedJson(value: Decoded): unknown {
  return 'read' in value ? value.read : value
}
