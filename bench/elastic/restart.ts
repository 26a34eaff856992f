import { type Benchmark, type BenchOptions, type Measured, seconds } from '../benchmark.ts'
import { BenchCluster } from '../cluster/bench-cluster.ts'
import type { Instance } from '../instance/instance.ts'
import { writeClicks } from '../load/clicks.ts'
import { Feeder } from '../load/feeder.ts'
import { inputTopic, outputTopic } from '../topology/topics.ts'

const recordsPerSecond = 1000

export const restart: Benchmark = {
  what: 'time to RUNNING after close() and after kill -9, default session timeout of 45 s, with and without a groupInstanceId (Java: 45 s after kill -9)',
  run,
}

async function* run({ records = 500_000 }: BenchOptions): AsyncIterable<Measured> {
  await using cluster = await BenchCluster.start()
  await cluster.createTopics(inputTopic, outputTopic)
  await writeClicks(cluster.client, inputTopic, { records, keys: records, windows: 1, draw: 'in-turn' })
  await using _feeder = await Feeder.start(cluster.client, {
    topic: inputTopic,
    recordsPerSecond,
    keys: records,
  })
  for (const fixed of [false, true]) {
    const applicationId = fixed ? 'static' : 'dynamic'
    const options = { applicationId, ...(fixed ? { groupInstanceId: 'one' } : {}) }
    const start = (): Instance => cluster.start({ name: applicationId, topology: 'count', options })
    const first = start()
    await first.until('the state is there', () => first.records >= records)
    await first.close()
    const second = start()
    yield await measured('close()', fixed, second)
    await second.kill()
    const third = start()
    yield await measured('kill -9', fixed, third)
    await third.close()
  }
}

async function measured(after: string, fixed: boolean, instance: Instance): Promise<Measured> {
  await instance.until('it has committed', () => instance.running && instance.records > 0)
  const begun = instance.heard('state')[0]!.at
  const runningMs = instance.runningSince!.at - begun
  const committedMs = instance.heard('committed')[0]!.at - begun
  const restored = instance.heard('restored').reduce((sum, { facts }) => sum + facts.records, 0)
  return {
    benchmark: 'restart',
    text: `restart after ${after}${fixed ? ', static member' : ''}: RUNNING after ${seconds(runningMs)}, first commit after ${seconds(committedMs)}, ${restored} records restored`,
    figures: { benchmark: 'restart', after, static: fixed, runningMs, committedMs, restored },
  }
}
