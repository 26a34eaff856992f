import { hex } from '../../../src/core/bytes.ts'
import { type Headers, noHeaders } from '../../../src/core/record.ts'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.ts'

export interface Written {
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
  readonly headers?: Headers
  readonly partitionChosen: boolean
}

/** Runs a topology record at a time and keeps what it writes, in hex. */
export class PlanRunner {
  readonly driver: TopologyTestDriver

  constructor(build: (builder: StreamsBuilder) => void) {
    const built = topology(import.meta.url, (builder) => {
      build(builder)
      return undefined
    })
    this.driver = new TopologyTestDriver(built, { applicationId: 'app', kernel: 'off', cacheMaxBytes: 0 })
  }

  send(
    topic: string,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers = noHeaders,
  ): void {
    this.driver.pipeRaw(topic, { key, value, timestamp, headers })
  }

  get written(): ReadonlyMap<string, readonly Written[]> {
    const topics = this.driver.producedTopics
    return new Map(topics.map((topic) => [topic, this.driver.produced(topic).map(written)]))
  }

  get dropped(): readonly string[] {
    return this.driver.dropped.map(({ node, reason }) => `${node}: ${reason}`)
  }
}

function written(record: ReturnType<TopologyTestDriver['produced']>[number]): Written {
  const { key, value, timestamp, headers, partitionChosen } = record
  return {
    key: key && hex(key),
    value: value && hex(value),
    timestamp,
    ...(headers.length > 0 && { headers }),
    partitionChosen,
  }
}
