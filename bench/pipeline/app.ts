import { KafkaStreams } from '../../src/index.ts'
import { benchClient } from './input.ts'
import { inputTopic, windowedCount } from './windowed-count.ts'

// A process of its own, so that its CPU time and memory are the application's alone. Prints one line of JSON.
const [brokers, applicationId, stateDir, partitions, kernel] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  'auto' | 'off',
]
const client = benchClient(brokers.split(','))
const inputs = Array.from({ length: Number(partitions) }, (_, partition) => ({
  topic: inputTopic,
  partition,
}))
const ends = await client.listOffsets(inputs, 'latest', 'read_uncommitted')
const total = ends.reduce((sum, { offset }) => sum + offset, 0)
await client.close()

const app = new KafkaStreams(windowedCount, {
  applicationId,
  kafka: { brokers: brokers.split(',') },
  stateDir,
  kernel,
})
interface Reached {
  readonly records: number
  readonly seconds: number
}
const commits: Reached[] = []
let records = 0
let startMs = 0
let startCpu = process.cpuUsage()
const done = new Promise<void>((resolve, reject) => {
  app.on('state', ({ to, error }) => {
    if (to === 'RUNNING' && startMs === 0) {
      startMs = performance.now()
      startCpu = process.cpuUsage()
    }
    if (to === 'ERROR') reject(error)
  })
  app.on('committed', (commit) => {
    records += commit.records
    commits.push({ records, seconds: (performance.now() - startMs) / 1000 })
    if (records >= total) resolve()
  })
})
await app.start()
await done
const { user, system } = process.cpuUsage(startCpu)
await app.close()
console.log(
  JSON.stringify({
    records,
    // Up to the last commit that found input waiting: the one behind it spends the rest of its interval idle.
    measured: commits.at(-2) ?? commits.at(-1),
    cpuSeconds: (user + system) / 1e6,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
  }),
)
