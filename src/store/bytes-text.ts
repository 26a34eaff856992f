import { latin1Text } from '../core/bytes.ts'

/** Bytes as a key of a `Map`. */
export const bytesText: (bytes: Uint8Array) => string = latin1Text

export function textBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}
