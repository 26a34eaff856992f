/** Counters since the kernel was made, as doubles that TypeScript reads in place. */
@unmanaged
export class Stats {
  records: f64
  filtered: f64
  nullKeys: f64
  nullValues: f64
  late: f64
  negativeTimestamps: f64
  evicted: f64
  diskReads: f64
}

export const stats = changetype<Stats>(memory.data(8 * 8, 16))

export function statsPlace(): usize {
  return changetype<usize>(stats)
}
