import { KafkaStreams } from '../../src/app/kafka-streams.ts'
import type { HookEvents } from '../../src/core/hooks.ts'
import type { Tables, Topology } from '../../src/dsl/topology.ts'
import { now } from '../cluster/now.ts'
import type { InstanceCommand, InstanceEvent, InstanceStart } from './messages.ts'

// One process of an application, so that its CPU time, memory and death are its own. Started by instance.ts.
const start = JSON.parse(process.argv[2]!) as InstanceStart
const module = new URL(`../topology/${start.topology}.js`, import.meta.url).href
const { pipeline } = (await import(module)) as { pipeline: Topology<Tables> }

const app = new KafkaStreams(start.args ? pipeline.withArgs(start.args) : pipeline, {
  ...start.options,
  kafka: { brokers: start.brokers },
})
let waits = start.waits ?? false
// Every rebalance may bring a thread its first tasks.
app.on('tasks', () => waits && app.pause())
const told: readonly (keyof HookEvents)[] = [
  'state',
  'tasks',
  'committed',
  'restoring',
  'restored',
  'standbyUpdated',
  'aborted',
]
for (const event of told) app.on(event, (facts) => tell(event, facts))

process.on('message', (command: InstanceCommand) => {
  if (command === 'close') void app.close()
  else {
    waits = false
    app.resume()
  }
})
// The benchmark is gone.
process.on('disconnect', () => process.exit())

await app.start()
if (await app.ended()) process.exitCode = 1
process.disconnect()

function tell<E extends keyof HookEvents>(event: E, facts: HookEvents[E]): void {
  const { user, system } = process.cpuUsage()
  process.send?.({
    event,
    facts,
    at: now(),
    cpuSeconds: (user + system) / 1e6,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
  } satisfies InstanceEvent<E>)
}
