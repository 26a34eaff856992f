import { StreamsError } from '../core/errors.ts'
import type { RawRecord } from '../core/record.ts'
import { type SourceNode, topicName } from '../plan/node.ts'
import { topicMatches } from '../plan/topic-pattern.ts'
import type { BuiltStore } from '../task/built-store.ts'
import type { RawInput } from '../task/record-queue.ts'
import { TaskTopology, type TaskTopologyParts } from '../task/task-topology.ts'
import type { TestRunner } from './test-runner.ts'

/** Records that wait, first to last. */
class Waiting implements RawInput {
  readonly #records: RawRecord[] = []

  add(record: RawRecord): void {
    this.#records.push(record)
  }

  next(): RawRecord | undefined {
    return this.#records.shift()
  }
}

/** A topic or pattern that is read: all topics of a pattern are one partition to Java's driver. */
interface Input {
  readonly source: SourceNode
  /** Its real name; a pattern's text. */
  readonly topic: string
  readonly waiting: Waiting
}

/** Runs one task, one record at a time. */
export class RecordRunner implements TestRunner {
  readonly #topology: TaskTopology
  readonly #partition: number
  readonly #inputs: readonly Input[]

  constructor(parts: Omit<TaskTopologyParts, 'inputs' | 'lag'>) {
    const { options, partition } = parts
    this.#partition = partition
    this.#inputs = parts.nodes.flatMap((node) =>
      node.kind === 'source' ? inputsOf(node, options.applicationId) : [],
    )
    this.#topology = new TaskTopology({
      ...parts,
      inputs: this.#inputs.map(({ topic, source, waiting }) => ({
        topic,
        partition,
        source: source.name,
        records: waiting,
        partitionTime: -1,
      })),
      // What is not here is nowhere.
      lag: () => 0,
    })
    this.#topology.init()
  }

  get stores(): readonly BuiltStore[] {
    return this.#topology.stores
  }

  reads(topic: string, partition: number): boolean {
    return partition === this.#partition && this.#inputOf(topic) !== undefined
  }

  add(raw: RawRecord): void {
    const input = this.#inputOf(raw.topic)
    if (!input) throw new StreamsError('internal', `no source reads topic '${raw.topic}'`)
    input.waiting.add(raw)
    this.#topology.inputs.added(this.#topology.inputs.queues[this.#inputs.indexOf(input)]!)
  }

  step(): boolean {
    if (!this.#topology.inputs.pending || !this.#topology.ready) return false
    this.#topology.process()
    this.#topology.punctuateStreamTime()
    return true
  }

  punctuateWallClock(): void {
    this.#topology.punctuateWallClock()
  }

  commit(): void {
    this.#topology.flush()
  }

  close(): void {
    this.#topology.close()
  }

  #inputOf(topic: string): Input | undefined {
    const byName = this.#inputs.find((input) => !input.source.pattern && input.topic === topic)
    if (byName) return byName
    return this.#inputs.find(({ source: { pattern } }) => pattern && topicMatches(pattern, topic))
  }
}

function inputsOf(source: SourceNode, applicationId: string): Input[] {
  const names = source.pattern ? [source.pattern.source] : source.topics
  return names.map((name) => ({
    source,
    topic: topicName(applicationId, name, source.internal),
    waiting: new Waiting(),
  }))
}
