import { allUntil, type Instance } from '../instance/instance.ts'

export interface Throughput {
  /** Of the whole input. */
  readonly records: number
  /** Over which the rate is measured. */
  readonly seconds: number
  readonly recordsPerSecond: number
  readonly recordsPerCpuSecond: number
  /** Of all processes. */
  readonly peakRssMiB: number
}

/**
 * Waits until the instances have committed the whole input. Measured from `start` (or when each was RUNNING) to the
 * last commit that found input waiting: the one behind it spends the rest of its interval idle.
 */
export async function throughput(
  instances: readonly Instance[],
  records: number,
  start?: number,
): Promise<Throughput> {
  const committed = (): number => instances.reduce((sum, instance) => sum + instance.records, 0)
  await allUntil(instances, `${records} records are committed`, () => committed() >= records)
  let measured = 0
  let begin = start ?? Number.POSITIVE_INFINITY
  let end = 0
  let cpuSeconds = 0
  let peakRssMiB = 0
  for (const instance of instances) {
    const commits = instance.heard('committed')
    const running = instance.runningSince!
    begin = Math.min(begin, start ?? running.at)
    const counted = commits.length > 1 ? commits.slice(0, -1) : commits
    measured += counted.reduce((sum, { facts }) => sum + facts.records, 0)
    end = Math.max(end, counted.at(-1)?.at ?? 0)
    cpuSeconds += (commits.at(-1) ?? running).cpuSeconds - running.cpuSeconds
    peakRssMiB += (commits.at(-1) ?? running).peakRssMiB
  }
  const seconds = (end - begin) / 1000
  return {
    records,
    seconds,
    recordsPerSecond: Math.round(measured / seconds),
    recordsPerCpuSecond: Math.round(records / cpuSeconds),
    peakRssMiB: Math.round(peakRssMiB),
  }
}
