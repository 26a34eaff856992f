import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { type Topic, topic } from '../../src/dsl/topic.ts'
import { type Tables, type Topology, topology } from '../../src/dsl/topology.ts'
import { session, tumbling } from '../../src/dsl/windows.ts'
import { untilWindowCloses } from '../../src/index.ts'
import { long, string } from '../../src/serde/scalars.ts'
import type { Serde } from '../../src/serde/serde.ts'
import type { Windowed } from '../../src/serde/windowed.ts'
import { TopologyTestDriver } from '../../src/testing/topology-test-driver.ts'
import { kafkaStreamsJars } from '../broker/kafka-jars.ts'
import { repositoryRoot } from '../broker/repository-root.ts'
import { partitionsOf, readCommitted } from '../crash/topic-log.ts'
import { type AppHarness, until } from './app-harness.ts'

// One topology in two languages: the other half is test/java/Peer.java.

export interface Peer {
  readonly topology: Topology<Tables>
  readonly inputs: readonly Topic<string, string>[]
  readonly outputs: readonly Topic<string, unknown>[]
}

/** As in test/java/Peer.java. */
export function peerOf(prefix: string): Peer {
  const named = <V>(name: string, value: Serde<V>): Topic<string, V> =>
    topic(`${prefix}${name}`, { key: string, value })
  const [clicks, left, right] = ['clicks', 'left', 'right'].map((name) => named(name, string)) as [
    Topic<string, string>,
    Topic<string, string>,
    Topic<string, string>,
  ]
  const [counts, windows, sessions, finals] = ['counts', 'windows', 'sessions', 'finals'].map((name) =>
    named(name, long),
  ) as [Topic<string, number>, Topic<string, number>, Topic<string, number>, Topic<string, number>]
  const [joined, foreign] = ['joined', 'foreign'].map((name) => named(name, string)) as [
    Topic<string, string>,
    Topic<string, string>,
  ]
  const start = (_count: unknown, { key, window }: Windowed<string>): string => `${key}@${window.start}`
  const built = topology(import.meta.url, (b) => {
    const grouped = b.stream(clicks).groupByKey()
    const minutes = tumbling('1m', { grace: '10s' })
    grouped
      .count({ store: { name: 'counts' } })
      .toStream()
      .to(counts)
    grouped
      .windowedBy(minutes)
      .count({ store: { name: 'windows' } })
      .toStream(start, { key: string })
      .to(windows)
    grouped
      .windowedBy(session('20s', { grace: '10s' }))
      .count({ store: { name: 'sessions' } })
      .toStream((_count, { key, window }) => `${key}@${window.start}-${window.end}`, { key: string })
      .to(sessions)
    grouped
      .windowedBy(minutes)
      .count({ store: { name: 'last' } })
      .suppress(untilWindowCloses(), { name: 'suppressed' })
      .toStream(start, { key: string })
      .to(finals)
    const one = b.table(left, { store: { name: 'left-store' } })
    const other = b.table(right, { store: { name: 'right-store' } })
    one
      .leftJoin(other, (a, c) => `${a}+${c}`, { key: string, value: string, store: {} })
      .toStream()
      .to(joined)
    one
      .leftJoin(other, (a, c) => `${a}/${c}`, {
        foreignKey: (value) => value.slice(0, 1),
        value: string,
        store: {},
      })
      .toStream()
      .to(foreign)
    return {}
  })
  return {
    topology: built,
    inputs: [clicks, left, right],
    outputs: [counts, windows, sessions, finals, joined, foreign],
  }
}

export interface Input {
  readonly topic: Topic<string, string>
  readonly key: string
  readonly value: string | null
  readonly timestamp: number
}

/** Three parts of one input, whose windows, sessions and joins go over the parts' ends. */
export function partsOf({ inputs: [clicks, left, right] }: Peer): readonly (readonly Input[])[] {
  const begin = Math.floor(Date.now() / 60_000) * 60_000
  return [0, 1, 2].map((part) => {
    const at = (second: number): number => begin + part * 25_000 + second * 1000
    const records: Input[] = []
    for (let i = 0; i < 12; i++)
      records.push({ topic: clicks!, key: `user${i % 3}`, value: 'click', timestamp: at(i * 2) })
    for (let i = 0; i < 4; i++)
      records.push({ topic: left!, key: `${i}`, value: `${(i + part) % 4}${part}`, timestamp: at(i) })
    for (let i = part; i < part + 2; i++)
      records.push({
        topic: right!,
        key: `${i}`,
        value: part === 2 && i === 2 ? null : `r${i}${part}`,
        timestamp: at(i),
      })
    return records
  })
}

export type Results = ReadonlyMap<string, ReadonlyMap<string, readonly unknown[]>>

/** What an uninterrupted run gives. */
export function undisturbed(
  peer: Peer,
  parts: readonly (readonly Input[])[],
  applicationId: string,
): Results {
  using driver = new TopologyTestDriver(peer.topology, { applicationId, cacheMaxBytes: 0 })
  for (const part of parts)
    for (const { topic: to, key, value, timestamp } of part) driver.input(to).pipe(key, value, { timestamp })
  return new Map(
    peer.outputs.map((output) => {
      const byKey = new Map<string, unknown[]>()
      for (const { key, value } of driver.output(output).readAll())
        byKey.set(key!, [...(byKey.get(key!) ?? []), value])
      return [output.name, byKey]
    }),
  )
}

export async function results(harness: AppHarness, { outputs }: Peer): Promise<Results> {
  const found = new Map<string, Map<string, unknown[]>>()
  for (const output of outputs) {
    const byKey = new Map<string, unknown[]>()
    await readCommitted(harness.client, partitionsOf(output.name, 1), (_, { key, value }) => {
      const name = output.key.deserialize(key!)
      byKey.set(name, [...(byKey.get(name) ?? []), value && output.value.deserialize(value)])
    })
    found.set(output.name, byKey)
  }
  return found
}

/** Waits until the input is processed, and what it led to in other tasks. */
export async function settled(harness: AppHarness, inputs: readonly string[]): Promise<void> {
  const partitions = inputs.map((name) => ({ topic: name, partition: 0 }))
  await until(async () => {
    const ends = await harness.client.listOffsets(partitions, 'latest', 'read_committed')
    const committed = await harness.client.committedOffsets(harness.name, partitions)
    return ends.every(
      (end) =>
        end.offset === 0 ||
        committed.some(({ topic: name, offset }) => name === end.topic && offset >= end.offset),
    )
  })
}

export function startJava(
  harness: AppHarness,
  { topology: { describe } }: Peer,
  prefix: string,
  state: string,
): Promise<ChildProcess> {
  return startProgram(harness, 'Peer.java', { applicationId: harness.name, prefix, state, describe })
}

/** Starts a program of test/java, whose topology is the same as ours, and waits until it is RUNNING. */
export async function startProgram(
  harness: AppHarness,
  program: string,
  options: {
    readonly applicationId: string
    readonly prefix: string
    readonly state: string
    describe(): string
  },
): Promise<ChildProcess> {
  const { applicationId, prefix, state, describe } = options
  const jars = await kafkaStreamsJars()
  const java = spawn(
    'java',
    [
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      join(jars, '*'),
      join(repositoryRoot, 'test/java', program),
      harness.brokers.join(','),
      applicationId,
      join(harness.folder, state),
      prefix,
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  onTestFinished(() => void java.kill('SIGKILL'))
  let output = ''
  await new Promise<void>((resolve, reject) => {
    const hear = (data: unknown): void => {
      output += String(data)
      if (output.includes('RUNNING')) resolve()
    }
    java.stdout!.on('data', hear)
    java.stderr!.on('data', hear)
    java.once('exit', () => reject(new Error(`Java ended:\n${output}`)))
  })
  expect(output).toContain(describe())
  return java
}

export async function stopJava(java: ChildProcess): Promise<void> {
  java.stdin!.end()
  if (java.exitCode === null) await once(java, 'exit')
}

export function sameText(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return JSON.stringify([...a].sort()) === JSON.stringify([...b].sort())
}

export function lastOf(all: Results, name: string): ReadonlyMap<string, unknown> {
  return new Map([...all.get(name)!].map(([key, values]) => [key, values.at(-1)]))
}

/** Topics between tasks. */
export function internal({ topology: built }: Peer, applicationId: string): readonly string[] {
  return built.plan.subtopologies.flatMap(({ sources }) =>
    sources
      .filter((source) => source.internal)
      .flatMap(({ topics }) => topics.map((name) => `${applicationId}-${name}`)),
  )
}

/** The topics of the peer, of one partition. */
export async function createTopics(harness: AppHarness, peer: Peer): Promise<void> {
  await harness.client.createTopics(
    [...peer.inputs, ...peer.outputs].map(({ name }) => ({
      name,
      partitions: 1,
      replicationFactor: 1,
      configs: {},
    })),
  )
}

/** Sends some input, and waits until it is processed. */
export async function feed(harness: AppHarness, peer: Peer, part: readonly Input[]): Promise<void> {
  for (const { topic: to, key, value, timestamp } of part) {
    const record = {
      key: string.serialize(key),
      value: value === null ? null : string.serialize(value),
      timestamp,
    }
    await harness.send(to.name, [record], 1)
  }
  await settled(harness, [...peer.inputs.map(({ name }) => name), ...internal(peer, harness.name)])
}

/** Waits until the last results of each key are those of an uninterrupted run. */
export async function agreed(harness: AppHarness, peer: Peer, expected: Results): Promise<void> {
  // An answer may still be on its way between tasks, in a transaction whose marker is not there yet.
  await until(async () => {
    const now = await results(harness, peer)
    return peer.outputs.every(({ name }) => sameText(lastOf(now, name), lastOf(expected, name)))
  })
}
