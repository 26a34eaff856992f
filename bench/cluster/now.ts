/** ms since the epoch, with fractions; the same clock for all processes of this machine. */
export function now(): number {
  return performance.timeOrigin + performance.now()
}
