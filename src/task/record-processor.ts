import type { FetchedInput } from './fetched-input.ts'
import type { Processor } from './processor.ts'
import type { RecordQueue } from './record-queue.ts'
import type { TaskTopology } from './task-topology.ts'

/** Short enough that a task does not hold up the others, long enough that looking at the clock costs nothing. */
const stretchRecords = 256

/** Runs a subtopology one record at a time, in the order of event times over its inputs. */
export class RecordProcessor implements Processor {
  readonly #topology: TaskTopology
  readonly #queues: ReadonlyMap<FetchedInput, RecordQueue>

  /** @param inputs those of the topology, in its order. */
  constructor(topology: TaskTopology, inputs: readonly FetchedInput[]) {
    this.#topology = topology
    this.#queues = new Map(inputs.map((input, i) => [input, topology.inputs.queues[i]!]))
  }

  init(): void {
    this.#topology.init()
  }

  added(input: FetchedInput): void {
    this.#topology.inputs.added(this.#queues.get(input)!)
  }

  get pending(): boolean {
    return this.#topology.inputs.pending
  }

  ready(): boolean {
    return this.pending && this.#topology.ready
  }

  process(): number {
    let taken = 0
    while (taken < stretchRecords && this.ready() && this.#topology.process()) {
      taken++
      this.#topology.punctuateStreamTime()
    }
    return taken
  }

  position(input: FetchedInput): number {
    return this.#queues.get(input)!.headOffset ?? input.position
  }

  partitionTime(input: FetchedInput): number {
    return this.#queues.get(input)!.partitionTime
  }

  punctuate(): boolean {
    return this.#topology.punctuateWallClock()
  }

  get nextPunctuation(): number | undefined {
    return this.#topology.context.wallClockPunctuations.nextDue
  }

  get commitRequested(): boolean {
    return this.#topology.context.commitRequested
  }

  flush(): void {
    this.#topology.flush()
  }

  committed(): void {}

  operatorTimes(): ReadonlyMap<string, number> {
    return this.#topology.context.operatorTimes()
  }

  close(): void {
    this.#topology.close()
  }
}
