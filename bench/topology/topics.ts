import { json, string, topic } from '../../src/index.ts'

export interface Click {
  readonly userId: string
  readonly url: string
  /** Seconds since the epoch. */
  readonly timestamp: number
}

export const inputTopic = 'bench-clicks'
export const outputTopic = 'bench-results'
export const tableTopic = 'bench-users'
export const windowMs = 300_000

/** Time is that of the Kafka record. */
export const clicks = topic(inputTopic, { key: string, value: json<Click>() })
