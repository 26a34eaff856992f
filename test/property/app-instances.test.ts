import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KafkaStreams } from '../../src/app/kafka-streams.ts'
import type {
  Client,
  ClientContext,
  CommittedOffset,
  GroupMetadata,
  RefusalJudge,
} from '../../src/client/client.ts'
import { StreamsError } from '../../src/core/errors.ts'
import { type Clock, systemClock } from '../../src/core/time/clock.ts'
import type { Tables } from '../../src/dsl/topology.ts'
import { ProducerWrapper, withProducers } from '../crash/producer-wrapper.ts'
import { Harness } from '../unit/app/harness.ts'
import { click, clicks, counts, windowed } from '../unit/app/topologies.ts'
import { runs } from './runs.ts'

const users = ['ann', 'bob', 'cid', 'dan', 'eve']
const instances = ['a', 'b', 'c'] as const

/** Where a commit meets its end, and how: a crash, or a refusal that the application lives through. */
const moments = ['send', 'flush', 'sendOffsets', 'before EndTxn', 'after EndTxn'] as const
const ends = ['crash', 'transaction-aborted', 'fenced'] as const

interface Fault {
  readonly moment: (typeof moments)[number]
  readonly end: (typeof ends)[number]
}

type Step =
  | { readonly do: 'send'; readonly to: readonly string[] }
  | { readonly do: 'start' | 'close' | 'freeze' | 'thaw'; readonly instance: (typeof instances)[number] }
  | { readonly do: 'fail'; readonly instance: (typeof instances)[number]; readonly fault: Fault }

const instance = fc.constantFrom(...instances)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('send' as const),
        to: fc.array(fc.constantFrom(...users), { minLength: 1, maxLength: 20 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constantFrom('start' as const, 'close' as const), instance }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('freeze' as const, 'thaw' as const), instance }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('fail' as const),
        instance,
        fault: fc
          .record({ moment: fc.constantFrom(...moments), end: fc.constantFrom(...ends) })
          // A commit that the broker has is not refused.
          .map((fault): Fault => (fault.moment === 'after EndTxn' ? { ...fault, end: 'crash' } : fault)),
      }),
    },
  ),
  { minLength: 20, maxLength: 40 },
)

const sessionMs = 30

/** The clock of a process that can be frozen: nothing that waits for it goes on, heartbeats included. */
class FreezableClock implements Clock {
  #frozen: Promise<void> | undefined
  #thaw: () => void = () => {}

  freeze(): void {
    this.#frozen ??= new Promise((resolve) => {
      this.#thaw = resolve
    })
  }

  thaw(): void {
    this.#frozen = undefined
    this.#thaw()
  }

  now(): number {
    return systemClock.now()
  }

  monotonic(): number {
    return systemClock.monotonic()
  }

  after(ms: number, run: () => void): () => void {
    let cancelled = false
    const cancel = systemClock.after(ms, () => {
      if (this.#frozen) void this.#frozen.then(() => cancelled || run())
      else run()
    })
    return () => {
      cancelled = true
      cancel()
    }
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await systemClock.sleep(ms, signal)
    await this.#frozen
  }

  async turn(): Promise<void> {
    await systemClock.turn()
    await this.#frozen
  }
}

class Crash extends Error {}

/** Carries a fault out once. */
class FaultyProducer extends ProducerWrapper {
  readonly #due: { fault: Fault | undefined }

  constructor(inner: ConstructorParameters<typeof ProducerWrapper>[0], due: { fault: Fault | undefined }) {
    super(inner)
    this.#due = due
  }

  override send(topic: string, partition: number, batch: Uint8Array, judge?: RefusalJudge): void {
    this.#meet('send')
    super.send(topic, partition, batch, judge)
  }

  override async flush(): Promise<void> {
    await super.flush()
    this.#meet('flush')
  }

  override async sendOffsets(offsets: readonly CommittedOffset[], group: GroupMetadata): Promise<void> {
    await super.sendOffsets(offsets, group)
    this.#meet('sendOffsets')
  }

  override async commit(): Promise<void> {
    const open = this.inTransaction
    if (open) this.#meet('before EndTxn')
    await super.commit()
    if (open) this.#meet('after EndTxn')
  }

  #meet(moment: Fault['moment']): void {
    const { fault } = this.#due
    if (fault?.moment !== moment) return
    this.#due.fault = undefined
    throw fault.end === 'crash' ? new Crash(moment) : new StreamsError(fault.end, `at ${moment}`)
  }
}

/** One process of the application, which is started again and again on its state. */
class Instance {
  readonly due: { fault: Fault | undefined } = { fault: undefined }
  readonly clock = new FreezableClock()
  readonly #harness: Harness
  readonly #name: string
  readonly #kernel: 'auto' | 'off'
  #app: KafkaStreams<Tables> | undefined

  constructor(harness: Harness, name: string, kernel: 'auto' | 'off') {
    this.#harness = harness
    this.#name = name
    this.#kernel = kernel
  }

  /** Does not wait for it to run. */
  start(): void {
    if (this.#app && !['ERROR', 'NOT_RUNNING'].includes(this.#app.state)) return
    const { kafka, stateDir } = this.#harness
    const createClient = (context: ClientContext): Client =>
      withProducers(kafka.createClient(context), (producer) => new FaultyProducer(producer, this.due))
    this.#app = this.#harness.app<Tables>(windowed, {
      kernel: this.#kernel,
      kafka: { createClient },
      stateDir: join(stateDir, this.#name),
      clock: this.clock,
      commitInterval: 1,
      checkpointInterval: 5,
      heartbeatInterval: 2,
      sessionTimeout: sessionMs,
      stateMemory: 2 ** 20,
    })
    this.#app.start().catch(() => {})
  }

  /** @throws what ended it, unless that was meant to. */
  async close(): Promise<void> {
    this.clock.thaw()
    await this.#app?.close()
    const error = this.#app?.error
    this.#app = undefined
    if (error && !(error instanceof Crash)) throw error
  }

  get app(): Pick<KafkaStreams<Tables>, 'error'> {
    return this.#app ?? { error: undefined }
  }
}

test.each(['auto', 'off'] as const)(
  'kernel: %s: instances come and go, commits fail: each click counts once',
  async (kernel) => {
    await fc.assert(
      fc.asyncProperty(steps, async (todo) => {
        await using harness = new Harness()
        await harness.kafka.createTopics(3, clicks, counts)
        const all = new Map(instances.map((name) => [name, new Instance(harness, name, kernel)]))
        const expected = new Map<string, number>()
        for (const step of todo) {
          switch (step.do) {
            case 'send':
              for (const user of step.to) expected.set(user, (expected.get(user) ?? 0) + 1)
              await harness.kafka.send(
                clicks,
                step.to.map((user) => click(user, 0)),
              )
              break
            case 'freeze':
              all.get(step.instance)!.clock.freeze()
              // Time for the others to take over.
              await systemClock.sleep(2 * sessionMs)
              break
            case 'thaw':
              all.get(step.instance)!.clock.thaw()
              break
            case 'start':
              all.get(step.instance)!.start()
              break
            case 'close':
              await all.get(step.instance)!.close()
              break
            case 'fail':
              all.get(step.instance)!.due.fault = step.fault
          }
          for (let turns = 0; turns < 20; turns++) await turn()
        }
        for (const one of all.values()) {
          one.due.fault = undefined
          await one.close()
        }
        const last = all.get('a')!
        last.start()
        await harness.caughtUp(last.app, clicks)
        const updates = new Map<string, number[]>()
        for (const { key, value } of await harness.kafka.read(counts))
          updates.set(key!, [...(updates.get(key!) ?? []), value!])
        expect(updates).toEqual(
          new Map(
            [...expected].map(([user, n]) => [
              `${user}@12:00:00`,
              Array.from({ length: n }, (_, i) => i + 1),
            ]),
          ),
        )
      }),
      runs(6),
    )
  },
)
