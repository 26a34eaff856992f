import type { Benchmark } from './benchmark.ts'
import { rebalance } from './elastic/rebalance.ts'
import { restart } from './elastic/restart.ts'
import { restore } from './elastic/restore.ts'
import { standbyCost } from './elastic/standby-cost.ts'
import { takeover } from './elastic/takeover.ts'
import { threads } from './elastic/threads.ts'
import { httpQueries } from './http/queries.ts'
import { kernelStages } from './kernel/stages.ts'
import { commitLatency } from './latency/commit.ts'
import { endToEndLatency } from './latency/end-to-end.ts'
import { memoryBudget } from './memory/budget.ts'
import { metricsCost } from './metrics/metrics-cost.ts'
import { pipelines } from './pipeline/pipelines.ts'
import { pipelineBenchmark } from './pipeline/run.ts'
import { pointQueries } from './query/point-queries.ts'
import { recordPath } from './record/record-path.ts'

export const benchmarks: Readonly<Record<string, Benchmark>> = {
  kernel: kernelStages,
  'record-path': recordPath,
  ...Object.fromEntries(
    Object.entries(pipelines).map(([name, pipeline]) => [name, pipelineBenchmark(name, pipeline)]),
  ),
  restore,
  takeover,
  rebalance,
  threads,
  standby: standbyCost,
  metrics: metricsCost,
  latency: endToEndLatency,
  commit: commitLatency,
  restart,
  memory: memoryBudget,
  http: httpQueries,
  query: pointQueries,
}

/** What runs when no benchmark is named. */
export const usual: readonly string[] = ['kernel', 'windowed-count', 'windowed-count-record-at-a-time']
