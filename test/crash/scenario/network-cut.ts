import { taskCount } from '../crash-run.ts'
import type { Scenario } from './scenario.ts'

const cuts = ['short', 'past the session', 'both workers'] as const

export const networkCut: Scenario = {
  name: 'network-cut',
  about:
    'no connection between a worker and the broker, for a moment or past the session; or for both workers',
  async round(run) {
    const cut = run.deal('network cut', cuts)
    const worker = run.anyWorker()
    const other = run.otherThan(worker)
    const proxies = (cut === 'both workers' ? [worker, other] : [worker]).map((one) => run.proxyOf(one))
    for (const proxy of proxies) proxy.cut()
    if (cut === 'past the session')
      await other.until('it has all tasks', () => other.assigned.length === taskCount)
    else await run.rest(100, cut === 'short' ? 1200 : 3000)
    for (const proxy of proxies) proxy.heal()
    return `cut the network (${cut}, ${worker.name})`
  },
}
