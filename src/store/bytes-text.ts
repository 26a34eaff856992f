/** Bytes as a key of a `Map`. */
export function bytesText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

export function textBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}
