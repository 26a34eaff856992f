import { EmbeddedCluster } from '../../src/client/embedded/cluster.ts'
import type { Clock } from '../../src/core/time/clock.ts'
import type { Random } from '../crash/random.ts'
import { midnight } from './life.ts'
import type { Actor, Scheduler } from './scheduler.ts'

export interface SimulatedClusterParts {
  readonly scheduler: Scheduler
  readonly random: Random
  /** Markers are written after EndTxn is answered, each in its own time. */
  readonly lateMarkers: boolean
  /** What later records replace goes from changelogs. */
  readonly compaction: boolean
}

/** The embedded cluster in virtual time. It never dies. */
export function simulatedCluster({
  scheduler,
  random,
  lateMarkers,
  compaction,
}: SimulatedClusterParts): EmbeddedCluster {
  const cluster: Actor = { name: 'cluster', frozenUntil: 0, death: undefined }
  const clock: Clock = {
    now: () => midnight + scheduler.now,
    monotonic: () => scheduler.now,
    after: (ms, run) => scheduler.after(cluster, 'timer', ms, run),
    sleep: (ms) => scheduler.wait(cluster, 'sleep', ms),
    turn: () => scheduler.wait(cluster, 'turn'),
  }
  const writeMarker = (write: () => void): void => {
    const ms = random.chance(0.1) ? random.int(50, 500) : random.int(0, 30)
    scheduler.after(cluster, 'writes a marker', ms, write)
  }
  const embedded = new EmbeddedCluster({
    clock,
    clusterId: '00000000-0000-4000-8000-000000000000',
    ...(lateMarkers && { writeMarker }),
  })
  const compact = (): void => {
    const topics = embedded.topics.describeAll()
    const { name, partitions } = topics[random.int(0, topics.length - 1)]!
    embedded.topics.log(name, random.int(0, partitions - 1)).compact()
    scheduler.after(cluster, 'compacts', random.int(1, 500), compact)
  }
  if (compaction) scheduler.after(cluster, 'compacts', 0, compact)
  return embedded
}
