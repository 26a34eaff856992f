import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { aggregatedClicks, clickCount, userClicks } from '../../../examples/01-click-count/click-count.ts'
import { countServer } from '../../../examples/01-click-count/server.ts'
import { freePorts } from '../../broker/free-ports.ts'
import { openHarness, until } from './harness.ts'
import { noon } from './topologies.ts'

const users = Array.from({ length: 12 }, (_, i) => `user${i}`)

test('the click count answers for every user at every instance', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(4, userClicks, aggregatedClicks)
  const tasks: string[][] = [[], []]
  const ports = await freePorts(2)
  const apps = ports.map((port, i) => {
    const app = harness.app(clickCount, {
      stateDir: `${harness.stateDir}/${i}`,
      applicationServer: `127.0.0.1:${port}`,
    })
    app.on('tasks', ({ assigned }) => {
      tasks[i] = [...assigned]
    })
    return app
  })
  await Promise.all(apps.map((app) => app.start()))
  await until(() => tasks.every((own) => own.length === 2), apps[0])
  for (const [i, app] of apps.entries()) {
    const server = countServer(app).listen(ports[i], '127.0.0.1')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    await once(server, 'listening')
  }
  await harness.kafka.send(
    userClicks,
    users.map((userId) => ({
      key: userId,
      value: { userId, url: '/', timestamp: noon / 1000 },
      timestamp: noon,
    })),
  )
  await harness.caughtUp(apps[0]!, userClicks)
  const window = new Date(noon).toISOString().slice(0, 19)
  for (const port of ports)
    for (const user of users) {
      const answer = await fetch(`http://127.0.0.1:${port}/count/${user}?window=${window}`)
      expect([user, answer.status, await answer.json()]).toMatchObject([user, 200, { count: 1 }])
    }
})
