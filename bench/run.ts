import { parseArgs } from 'node:util'
import { runStages } from './kernel/stages.ts'
import { type PipelineResult, runPipeline } from './pipeline/run.ts'

// npm run bench [-- --pipeline NAME] [--records N] [--json]
const { values } = parseArgs({
  options: { json: { type: 'boolean' }, pipeline: { type: 'string' }, records: { type: 'string' } },
})
const records = Number(values.records ?? 5_000_000)
const shape = { records, keys: 100_000, partitions: 4, windows: 12 }
const pipelines: Readonly<Record<string, () => Promise<PipelineResult>>> = {
  'windowed-count': () => runPipeline('windowed-count', 'auto', shape),
  'windowed-count-record-at-a-time': () => runPipeline('windowed-count-record-at-a-time', 'off', shape),
}

const chosen = values.pipeline === undefined ? Object.keys(pipelines) : [values.pipeline]
try {
  for (const name of chosen)
    if (!pipelines[name])
      throw new Error(`no pipeline '${name}'; there are ${Object.keys(pipelines).join(', ')}`)
  if (values.pipeline === undefined) for (const row of await runStages()) print(row, stageText(row))
  for (const name of chosen) {
    const result = await pipelines[name]!()
    print(result, pipelineText(result))
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

function print(row: object, text: string): void {
  console.log(values.json ? JSON.stringify(row) : text)
}

function stageText({ stage, kernel, nsPerRecord }: Awaited<ReturnType<typeof runStages>>[number]): string {
  return `${stage.padEnd(28)} ${kernel.padEnd(10)} ${nsPerRecord.toFixed(1).padStart(9)} ns/record`
}

function pipelineText(result: PipelineResult): string {
  const { pipeline, recordsPerSecond, recordsPerCpuSecond, peakRssMiB, seconds } = result
  const millions = (rate: number): string => (rate / 1e6).toFixed(2)
  return `${pipeline}: ${millions(recordsPerSecond)} M records/s over ${seconds.toFixed(2)} s, ${millions(recordsPerCpuSecond)} M per client CPU second, peak RSS ${peakRssMiB} MiB (${result.records} records, result checked)`
}
