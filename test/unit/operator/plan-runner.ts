import { concatBytes, hex, putInt64 } from '../../../src/core/bytes.ts'
import { type Headers, noHeaders } from '../../../src/core/record.ts'
import { buildOperators } from '../../../src/operator/build.ts'
import type { OperatorContext, StoredValue } from '../../../src/operator/context.ts'
import type { SourceOperator } from '../../../src/operator/source.ts'
import { changelogTopic } from '../../../src/plan/internal-topics.ts'
import { topicName } from '../../../src/plan/node.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import type { StoreSpec } from '../../../src/plan/store-spec.ts'

export interface Written {
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
  readonly headers?: Headers
  readonly partitionKey?: string
}

/** Runs a plan record at a time, on one partition and with stores in maps, and keeps what it writes, in hex. */
export class PlanRunner {
  readonly written = new Map<string, Written[]>()
  readonly dropped: string[] = []
  readonly #applicationId: string
  readonly #sources = new Map<string, SourceOperator>()
  readonly #waiting: (() => void)[] = []

  constructor(plan: Plan, applicationId = 'app') {
    this.#applicationId = applicationId
    for (const subtopology of plan.subtopologies) {
      const operators = buildOperators(subtopology, this.#context(subtopology.stores))
      for (const { name, topics, internal } of subtopology.sources) {
        for (const topic of topics) {
          this.#sources.set(topicName(applicationId, topic, internal), operators.get(name)!)
        }
      }
    }
  }

  send(
    topic: string,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers = noHeaders,
  ): void {
    this.#sources.get(topic)!.receive(key, value, timestamp, headers)
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next()
  }

  #context(stores: readonly StoreSpec[]): OperatorContext {
    const times = new Map<string, { value: number }>()
    return {
      keyValueStore: (name) => {
        const store = this.#store(stores, name)
        return { get: (key) => store.get(key), put: (key, value, time) => store.put(key, 0, value, time) }
      },
      windowStore: (name) => this.#store(stores, name),
      sink: (node) => ({
        send: (key, value, timestamp, headers, partitionKey) => {
          const topic = topicName(this.#applicationId, node.topic, node.internal)
          this.#write(topic, key, value, timestamp, headers, partitionKey)
          const source = this.#sources.get(topic)
          if (source) this.#waiting.push(() => source.receive(key, value, timestamp, headers))
        },
      }),
      dropped: (node, reason) => this.dropped.push(`${node}: ${reason}`),
      operatorTime: (node) => {
        const time = times.get(node) ?? { value: -1 }
        times.set(node, time)
        return time
      },
    }
  }

  #store(stores: readonly StoreSpec[], name: string) {
    const spec = stores.find((store) => store.name === name)!
    const topic = changelogTopic(this.#applicationId, name)
    const rows = new Map<string, StoredValue>()
    const rowKey = (key: unknown, start: number): Uint8Array => {
      const bytes = spec.keySerde.serialize(key)
      return spec.kind === 'window' ? concatBytes([bytes, storeSuffix(start)]) : bytes
    }
    return {
      get: (key: unknown, start = 0) => rows.get(hex(rowKey(key, start))),
      put: (key: unknown, start: number, value: unknown, timestamp: number) => {
        const bytes = rowKey(key, start)
        rows.set(hex(bytes), { value, timestamp })
        this.#write(topic, bytes, spec.valueSerde.serialize(value), timestamp)
      },
    }
  }

  #write(
    topic: string,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers = noHeaders,
    partitionKey?: Uint8Array,
  ): void {
    const records = this.written.get(topic) ?? []
    this.written.set(topic, records)
    records.push({
      key: key && hex(key),
      value: value && hex(value),
      timestamp,
      ...(headers.length > 0 && { headers }),
      ...(partitionKey && { partitionKey: hex(partitionKey) }),
    })
  }
}

/** Window start and sequence number 0, as window stores and their changelogs have it. */
function storeSuffix(start: number): Uint8Array {
  const suffix = new Uint8Array(12)
  putInt64(new DataView(suffix.buffer), 0, start)
  return suffix
}
