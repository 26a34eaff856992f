/** @returns what takes a connection's bytes and hands out whole frames of Kafka's protocol, with their size before them. */
export function frameSplitter(onFrame: (frame: Buffer) => void): (bytes: Buffer) => void {
  let parts: Buffer[] = []
  let length = 0
  return (bytes) => {
    parts.push(bytes)
    length += bytes.length
    for (let size = sizeOf(parts, length); length >= size; size = sizeOf(parts, length)) {
      const all = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
      parts = [all.subarray(size)]
      length -= size
      onFrame(all.subarray(0, size))
    }
  }
}

/** Of the first frame, with its prefix; infinite while that is not whole. */
function sizeOf(parts: readonly Buffer[], length: number): number {
  if (length < 4) return Number.POSITIVE_INFINITY
  const prefix = parts[0]!.length >= 4 ? parts[0]! : Buffer.concat(parts)
  return 4 + prefix.readInt32BE(0)
}
