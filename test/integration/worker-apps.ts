import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'
import type { KafkaStreamsOptions } from '../../src/app/application-options.ts'
import type { KafkaStreams } from '../../src/app/kafka-streams.ts'
import type { HookEvents } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import type { Tables, Topology } from '../../src/dsl/topology.ts'
import type * as millrace from '../../src/index.ts'
import { repositoryRoot } from '../broker/repository-root.ts'
import type { AppHarness } from './app-harness.ts'

/** A compiled module: worker threads cannot import TypeScript on every Node, nor what vitest makes of it. */
export async function compiled<Module>(file: string): Promise<Module> {
  const path = join(repositoryRoot, 'build', file)
  if (!existsSync(path)) throw new Error(`${path} is missing: npm run build:programs makes it`)
  return (await import(pathToFileURL(path).href)) as Module
}

const { KafkaStreams: Compiled } = await compiled<typeof millrace>('src/index.js')

/** An instance of an AppHarness's application with worker threads, two if not said otherwise. It goes when the test ends. */
export function workerApp<T extends Tables>(
  harness: AppHarness,
  instance: string,
  topology: Topology<T>,
  options: Partial<KafkaStreamsOptions> = {},
): KafkaStreams<T> {
  const app = new Compiled(topology, {
    applicationId: harness.name,
    kafka: { brokers: harness.brokers },
    stateDir: join(harness.folder, instance),
    threads: 2,
    commitInterval: 100,
    // Every update is emitted.
    cacheMaxBytes: 0,
    logger: silentLogger,
    heartbeatInterval: 100,
    // Long: what must not wait for it would exceed the limit of the test.
    sessionTimeout: '10m',
    ...options,
  })
  onTestFinished(() => app.close())
  return app
}

/** All that happens of one kind. */
export function listen<E extends keyof HookEvents>(
  app: Pick<KafkaStreams<Tables>, 'on'>,
  event: E,
): HookEvents[E][] {
  const events: HookEvents[E][] = []
  app.on(event, (facts: HookEvents[E]) => events.push(facts))
  return events
}

/** Of all threads, by their names' last parts. */
export function tasksByThread({ threads }: Pick<KafkaStreams<Tables>, 'threads'>): Record<string, number> {
  return Object.fromEntries(
    threads.map(({ name, activeTasks }) => [name.replace(/^.*-(?=StreamThread)/, ''), activeTasks.length]),
  )
}
