import { expect, test } from 'vitest'
import { openHarness, until } from './app-harness.ts'
import {
  agreed,
  createTopics,
  feed,
  lastOf,
  partsOf,
  peerOf,
  results,
  startJava,
  stopJava,
  undisturbed,
} from './java-peer.ts'

// An application moves from Java Kafka Streams to Millrace and back, with its offsets and changelogs.

test('Java, then Millrace, then Java again: as if nothing had happened', { timeout: 180_000 }, async () => {
  const harness = await openHarness()
  const prefix = `${harness.name}-peer-`
  const peer = peerOf(prefix)
  const parts = partsOf(peer)
  await createTopics(harness, peer)

  const java = await startJava(harness, peer, prefix, 'java')
  await feed(harness, peer, parts[0]!)
  await stopJava(java)

  const app = harness.app('millrace', peer.topology)
  await app.start()
  await feed(harness, peer, parts[1]!)
  await app.close()

  const again = await startJava(harness, peer, prefix, 'java-again')
  await feed(harness, peer, parts[2]!)
  const expected = undisturbed(peer, parts, harness.name)
  await agreed(harness, peer, expected)
  await stopJava(again)

  const found = await results(harness, peer)
  for (const { name } of peer.outputs.slice(0, 4)) expect(found.get(name), name).toEqual(expected.get(name))
  // On a broker the tables' updates meet in another order than in one task: what comes of them in the end is the same.
  for (const { name } of peer.outputs.slice(4))
    expect(lastOf(found, name), name).toEqual(lastOf(expected, name))
})

test('Java and Millrace in one group: they share the tasks, and hand them over', {
  timeout: 180_000,
}, async () => {
  const harness = await openHarness()
  const prefix = `${harness.name}-peer-`
  const peer = peerOf(prefix)
  const parts = partsOf(peer)
  await createTopics(harness, peer)
  const java = await startJava(harness, peer, prefix, 'java')
  await feed(harness, peer, parts[0]!)
  const all = peer.topology.plan.subtopologies.length
  const options = { acceptableRecoveryLag: Number.POSITIVE_INFINITY }
  const app = harness.app('millrace', peer.topology, options)
  const tasks = (): number => app.threads.flatMap(({ activeTasks }) => activeTasks).length
  await app.start()
  await until(() => app.state === 'RUNNING' && tasks() > 0, app)
  expect(tasks()).toBeLessThan(all)
  await feed(harness, peer, parts[1]!)
  await stopJava(java)
  await until(() => app.state === 'RUNNING' && tasks() === all, app)
  await feed(harness, peer, parts[2]!)
  const expected = undisturbed(peer, parts, harness.name)
  await agreed(harness, peer, expected)
  await app.close()
  const found = await results(harness, peer)
  for (const { name } of peer.outputs) expect(lastOf(found, name), name).toEqual(lastOf(expected, name))
})
