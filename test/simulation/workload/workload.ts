import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import type { Topic } from '../../../src/dsl/topic.ts'
import type { Tables } from '../../../src/dsl/topology.ts'
import type { Random } from '../../crash/random.ts'
import type { Settings } from '../settings.ts'
import type { StoreKeyValue } from '../store-questions.ts'

/** A record as bytes, of one topic. */
export interface InputRecord {
  readonly topic: string
  readonly key: Uint8Array
  readonly value: Uint8Array | null
  readonly timestamp: number
}

/** @returns the record as bytes. */
export function inputRecord<V>(
  { name, key: keys, value: values }: Topic<string, V>,
  key: string,
  value: V | null,
  timestamp: number,
): InputRecord {
  return {
    topic: name,
    key: keys.serialize(key),
    value: value === null ? null : values.serialize(value),
    timestamp,
  }
}

/** A record that was committed. */
export interface LogRecord<V> {
  readonly partition: number
  readonly key: string
  readonly value: V | null
  readonly timestamp: number
}

export interface Logs {
  /** What a read_committed reader finds, partition by partition in order. */
  read<V>(topic: Topic<string, V>): readonly LogRecord<V>[]
}

/** What came out, held against what had to. */
export interface Judgement {
  /** In words; none: all is right. */
  readonly problems: readonly string[]
  /** What the stores must hold. */
  readonly stores: readonly StoreKeyValue[]
  /** Results that were due. */
  readonly results: number
}

/** A part of a topology, what goes in, and a model of what must come out. */
export interface Workload {
  /** Names of topics. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  build(builder: StreamsBuilder, settings: Settings): Tables
  /** The next input record of an endless series. */
  next(random: Random, settings: Settings): InputRecord
  judge(logs: Logs, settings: Settings): Judgement
}
