import type { Scenario } from './scenario.ts'

export const slowNetwork: Scenario = {
  name: 'slow-network',
  about: 'every request and response is late, each by another time',
  async round(run) {
    const { random } = run
    const mostMs = random.int(20, 200)
    const proxies = run.workers.map((worker) => run.proxyOf(worker))
    for (const proxy of proxies) proxy.slow(() => random.int(0, mostMs))
    await run.rest(1500, 4000)
    for (const proxy of proxies) proxy.heal()
    return `slow network (up to ${mostMs} ms each way)`
  },
}

export const lossy: Scenario = {
  name: 'lossy',
  about: 'every connection ends after a short time by chance, in the midst of what it does',
  async round(run) {
    const { random } = run
    const mostMs = random.int(100, 1500)
    const proxies = run.workers.map((worker) => run.proxyOf(worker))
    for (const proxy of proxies) proxy.lossy(() => random.int(20, mostMs))
    await run.rest(1500, 4000)
    for (const proxy of proxies) proxy.heal()
    return `lossy network (connections of up to ${mostMs} ms)`
  },
}
