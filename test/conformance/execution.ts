// Runs one case: builds its topology, feeds its inputs to the test driver, and keeps all that can be observed.

import type { Headers, Topology } from '../../src/index.ts'
import {
  type ProducedRecord,
  type RawTestRecord,
  TopologyTestDriver,
  type TopologyTestDriverOptions,
} from '../../src/testing/index.ts'
import type { GivenCase, HeaderJson, Input, Phase, RecordInput, SerdeName } from './case.ts'
import { buildTopology } from './interpreter.ts'
import { Observations } from './scope.ts'
import { serdeOf } from './serdes.ts'
import { dumpStores, type StoreDump } from './store-dump.ts'
import { fromRendering, hexBytes } from './values.ts'

export interface ObservedRecord extends ProducedRecord {
  /** Index of the input that led to it. */
  readonly i: number
  /** The driver's wall clock when it was written. */
  readonly wallClock: number
}

export interface ObservedError {
  readonly phase: Phase
  readonly i?: number
  readonly error: unknown
}

/** All that a run lets be seen. */
export interface Run {
  /** Undefined if building failed. */
  readonly describe: string | undefined
  readonly observations: Observations
  /** By topic, internal ones included, in order. */
  readonly records: ReadonlyMap<string, readonly ObservedRecord[]>
  /** Undefined if the case ended in an error. */
  readonly stores: ReadonlyMap<string, StoreDump> | undefined
  readonly error: ObservedError | undefined
  /** The topology ran in the kernel. */
  readonly lowered: boolean
}

export function execute(given: GivenCase, kernel: 'auto' | 'off'): Run {
  return new Execution(given, kernel).run()
}

class Execution {
  readonly #given: GivenCase
  readonly #kernel: 'auto' | 'off'
  readonly #observations = new Observations()
  readonly #records = new Map<string, ObservedRecord[]>()
  #collected = 0

  constructor(given: GivenCase, kernel: 'auto' | 'off') {
    this.#given = given
    this.#kernel = kernel
  }

  run(): Run {
    let topology: Topology
    try {
      topology = buildTopology(this.#given, this.#observations)
    } catch (error) {
      return this.#failed(undefined, { phase: 'build', error })
    }
    const describe = topology.describe()
    let driver: TopologyTestDriver
    try {
      driver = new TopologyTestDriver(topology, driverOptions(this.#given, this.#kernel))
    } catch (error) {
      return this.#failed(describe, { phase: 'start', error })
    }
    try {
      return this.#feed(driver, describe)
    } finally {
      closeQuietly(driver)
    }
  }

  #feed(driver: TopologyTestDriver, describe: string): Run {
    this.#collect(driver)
    const { inputs } = this.#given
    for (const [i, input] of inputs.entries()) {
      this.#observations.input = i
      try {
        this.#handle(driver, input)
      } catch (error) {
        this.#collect(driver)
        return { ...this.#failed(describe, { phase: 'run', i, error }), lowered: driver.lowered }
      }
      this.#collect(driver)
    }
    return {
      describe,
      observations: this.#observations,
      records: this.#records,
      stores: dumpStores(driver.stores(), this.#seenKeys()),
      error: undefined,
      lowered: driver.lowered,
    }
  }

  #failed(describe: string | undefined, error: ObservedError): Run {
    const [observations, records] = [this.#observations, this.#records]
    return { describe, observations, records, stores: undefined, error, lowered: false }
  }

  #handle(driver: TopologyTestDriver, input: Input): void {
    if ('advanceWallClock' in input) driver.advanceWallClock(input.advanceWallClock)
    else if ('commit' in input) driver.commit()
    else if ('batch' in input) {
      driver.pipeBatch(input.batch.map((record) => ({ topic: record.topic, ...this.#rawRecord(record) })))
    } else driver.pipeRaw(input.topic, this.#rawRecord(input))
  }

  #rawRecord(input: RecordInput): RawTestRecord {
    const [keySerde, valueSerde] = this.#given.serdes[input.topic] ?? ['bytes', 'bytes']
    return {
      key: bytesOf(input.key, input.keyHex, keySerde),
      value: bytesOf(input.value, input.valueHex, valueSerde),
      timestamp: input.timestamp,
      ...(input.headers && { headers: headersOf(input.headers) }),
    }
  }

  /** Text keys of inputs and outputs: only those of a versioned store's rows were recorded. */
  #seenKeys(): ReadonlySet<unknown> {
    const { inputs, serdes } = this.#given
    const records = inputs.flatMap((input) =>
      'batch' in input ? input.batch : 'topic' in input ? input : [],
    )
    const seen = new Set(records.map(({ key }) => key))
    for (const [topic, written] of this.#records) {
      if (serdes[topic]?.[0] !== 'string') continue
      for (const { key } of written) if (key) seen.add(serdeOf('string').deserialize(key))
    }
    return seen
  }

  #collect(driver: TopologyTestDriver): void {
    const produced = driver.produced()
    for (const record of produced.slice(this.#collected)) {
      const list = this.#records.get(record.topic) ?? []
      list.push({ ...record, i: this.#observations.input, wallClock: driver.now })
      this.#records.set(record.topic, list)
    }
    this.#collected = produced.length
  }
}

function bytesOf(value: unknown, hex: string | null | undefined, serde: SerdeName): Uint8Array | null {
  if (typeof hex === 'string') return hexBytes(hex)
  if (value === undefined || value === null) return null
  return serdeOf(serde).serialize(fromRendering(value, serde))
}

function headersOf(headers: readonly HeaderJson[]): Headers {
  return headers.map(([key, hex]) => ({ key, value: hex === null ? null : hexBytes(hex) }))
}

function driverOptions({ config, driver }: GivenCase, kernel: 'auto' | 'off'): TopologyTestDriverOptions {
  const idle = config['max.task.idle.ms']
  // Some cases name `errors.deadletterqueue.topic.name`, which Java does not know and leaves out.
  const deadLetterTopic = config['errors.dead.letter.queue.topic.name']
  return {
    applicationId: 'oracle',
    kernel,
    changelog: 'each',
    at: driver?.initialWallClockMs ?? 0,
    cacheMaxBytes: Number(config['statestore.cache.max.bytes']),
    commit: driver?.commit === 'manual' ? 'manual' : 'each-record',
    ...handler('deserializationHandler', config['deserialization.exception.handler']),
    ...handler('processingHandler', config['processing.exception.handler']),
    ...(idle !== undefined && { maxTaskIdle: Number(idle) }),
    ...(deadLetterTopic !== undefined && { deadLetterTopic: String(deadLetterTopic) }),
    emitIntervals: {
      outerJoinMs: Number(config['__emit.interval.ms.kstreams.outer.join.spurious.results.fix__'] ?? 0),
      windowCloseMs: Number(config['__emit.interval.ms.kstreams.windowed.aggregation__'] ?? 0),
    },
  }
}

function handler(option: 'deserializationHandler' | 'processingHandler', config: unknown) {
  return config === undefined ? {} : { [option]: config === 'logAndContinue' ? 'continue' : 'fail' }
}

/** After a failure there may be something that cannot be closed; the failure is what counts. */
function closeQuietly(driver: TopologyTestDriver): void {
  try {
    driver.close()
  } catch {
    // Reported already, by the input that caused it.
  }
}
