import { FaultProxy } from '../broker/fault-proxy.ts'
import { type KafkaBroker, startKafka } from '../broker/kafka-broker.ts'

/** Of the workers: each reaches the broker through a proxy of its own. */
export const workerNames = ['a', 'b'] as const

export type WorkerName = (typeof workerNames)[number]

const listener = (name: WorkerName): string => `WORKER_${name.toUpperCase()}`

/** A broker, and what stands between it and the workers. */
export interface CrashCluster extends AsyncDisposable {
  readonly broker: KafkaBroker
  proxy(worker: WorkerName): FaultProxy
}

export async function startCrashCluster(
  properties: Readonly<Record<string, string | number>> = {},
): Promise<CrashCluster> {
  let broker: KafkaBroker | undefined
  const proxies = new Map(
    workerNames.map((name) => [name, new FaultProxy(() => broker?.proxiedPort(listener(name)) ?? 0)]),
  )
  const close = async (): Promise<void> => {
    for (const proxy of proxies.values()) await proxy.close()
    await broker?.stop()
  }
  try {
    for (const proxy of proxies.values()) await proxy.listen()
    broker = await startKafka({
      proxied: Object.fromEntries([...proxies].map(([name, { port }]) => [listener(name), port])),
      // Times of events are old, and nothing of them is to go before it is verified.
      properties: { 'log.retention.check.interval.ms': 86_400_000, ...properties },
    })
  } catch (error) {
    await close()
    throw error
  }
  return { broker, proxy: (name) => proxies.get(name)!, [Symbol.asyncDispose]: close }
}
