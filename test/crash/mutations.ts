import { setTimeout as sleep } from 'node:timers/promises'
import type { CommittedOffset, GroupMetadata, Producer } from '../../src/client/client.ts'
import { decodeBatches } from '../../src/protocol/record-batch/decode.ts'
import { encodeBatch } from '../../src/protocol/record-batch/encode.ts'
import { readBatchHeader } from '../../src/protocol/record-batch/header.ts'
import { stepMutations } from './mutated-steps.ts'
import { ProducerWrapper } from './producer-wrapper.ts'

interface SentBatch {
  readonly topic: string
  readonly partition: number
  readonly bytes: Uint8Array
}

/** `commit` says that it is done before it is, so that checkpoints hold what may never be committed. */
class EarlyCommit extends ProducerWrapper {
  static readonly #delayMs = 300
  #ending: Promise<void> | undefined
  #waiting: SentBatch[] = []
  #waitingBytes = 0

  override get pendingBytes(): number {
    return super.pendingBytes + this.#waitingBytes
  }

  override send(topic: string, partition: number, bytes: Uint8Array): void {
    if (!this.#ending) {
      super.send(topic, partition, bytes)
      return
    }
    this.#waiting.push({ topic, partition, bytes })
    this.#waitingBytes += bytes.length
  }

  override async commit(): Promise<void> {
    if (!this.inTransaction) return
    await super.flush()
    const ending = this.#endLater().finally(() => {
      this.#ending = undefined
    })
    // Whoever uses the producer next is told of a failure.
    ending.catch(() => {})
    this.#ending = ending
  }

  async #endLater(): Promise<void> {
    await sleep(EarlyCommit.#delayMs)
    await super.commit()
    for (const { topic, partition, bytes } of this.#waiting) super.send(topic, partition, bytes)
    this.#waiting = []
    this.#waitingBytes = 0
  }

  override async drain(pendingBytes: number): Promise<void> {
    await this.#ending
    await super.drain(pendingBytes)
  }

  override async flush(): Promise<void> {
    await this.#ending
    await super.flush()
  }

  override async sendOffsets(offsets: readonly CommittedOffset[], group: GroupMetadata): Promise<void> {
    await this.#ending
    await super.sendOffsets(offsets, group)
  }

  override async abort(): Promise<void> {
    await this.#ending?.catch(() => {})
    this.#waiting = []
    this.#waitingBytes = 0
    await super.abort()
  }
}

/** Offsets are committed as by somebody outside the group, so that the broker cannot tell a zombie. */
class NoGeneration extends ProducerWrapper {
  override sendOffsets(offsets: readonly CommittedOffset[], { groupId }: GroupMetadata): Promise<void> {
    return super.sendOffsets(offsets, { groupId, generationId: -1, memberId: '', groupInstanceId: null })
  }
}

/**
 * What a transaction wrote that had to be aborted is committed along with the next. The producer below refuses to go on
 * without an abort, so the records are sent again.
 */
class NoAbort extends ProducerWrapper {
  #sent: SentBatch[] = []
  #aborted: SentBatch[] = []

  override send(topic: string, partition: number, bytes: Uint8Array): void {
    this.#sent.push({ topic, partition, bytes: bytes.slice() })
    super.send(topic, partition, bytes)
  }

  override async sendOffsets(offsets: readonly CommittedOffset[], group: GroupMetadata): Promise<void> {
    // Not earlier: whoever restores from the changelog waits for the transactions in it, the sender too.
    for (const { topic, partition, bytes } of this.#aborted.splice(0))
      this.#sendAgain(topic, partition, bytes)
    await super.sendOffsets(offsets, group)
  }

  override async commit(): Promise<void> {
    await super.commit()
    this.#sent = []
  }

  override async abort(): Promise<void> {
    this.#aborted.push(...this.#sent.splice(0))
    await super.abort()
  }

  #sendAgain(topic: string, partition: number, bytes: Uint8Array): void {
    const records = decodeBatches(bytes)
    const batch = encodeBatch(records, {
      producerId: this.producerId,
      producerEpoch: this.producerEpoch,
      sequence: this.reserve(topic, partition, records.length),
      transactional: true,
    })
    const buffer = this.buffer(batch.length)
    buffer.set(batch)
    this.send(topic, partition, buffer)
  }
}

/** Batches are sent only in the next transaction. */
class LateSend extends ProducerWrapper {
  readonly #isLate: (topic: string) => boolean
  #late: SentBatch[] = []
  #lateBytes = 0

  /** @param isLate of the batches for this topic */
  constructor(inner: Producer, isLate: (topic: string) => boolean) {
    super(inner)
    this.#isLate = isLate
  }

  override get pendingBytes(): number {
    return super.pendingBytes + this.#lateBytes
  }

  override send(topic: string, partition: number, bytes: Uint8Array): void {
    if (!this.#isLate(topic)) {
      super.send(topic, partition, bytes)
      return
    }
    this.#late.push({ topic, partition, bytes })
    this.#lateBytes += bytes.length
  }

  override async commit(): Promise<void> {
    await super.commit()
    for (const { topic, partition, bytes } of this.#late.splice(0)) super.send(topic, partition, bytes)
    this.#lateBytes = 0
  }

  override async abort(): Promise<void> {
    this.#late = []
    this.#lateBytes = 0
    await super.abort()
  }
}

/** Offsets are committed in a transaction of their own, after that of the outputs. */
class LateOffsets extends ProducerWrapper {
  #late: (() => Promise<void>) | undefined

  override async sendOffsets(offsets: readonly CommittedOffset[], group: GroupMetadata): Promise<void> {
    this.#late = () => super.sendOffsets(offsets, group)
  }

  override async commit(): Promise<void> {
    await super.commit()
    await this.#late?.()
    this.#late = undefined
    await super.commit()
  }
}

/** The transaction is never ended, but for the producer's own use. */
class NoEnd extends ProducerWrapper {
  override async commit(): Promise<void> {
    await super.flush()
  }
}

/** Checkpoints say that they hold more of the changelog than their rows do: as if cut before the stores' last changes. */
class AheadOfRows extends ProducerWrapper {
  override acknowledged(topic: string, partition: number): number | undefined {
    const offset = super.acknowledged(topic, partition)
    // The marker of the transaction, and so many records of the next.
    return offset === undefined ? undefined : offset + 1 + 20
  }
}

/** Records are written outside of the transaction: they count at once, and for ever. */
class NoTransaction extends ProducerWrapper {
  override send(topic: string, partition: number, bytes: Uint8Array): void {
    const records = decodeBatches(bytes)
    const sequence = readBatchHeader(bytes, 0).baseSequence
    const { producerId, producerEpoch } = this
    const batch = encodeBatch(records, { producerId, producerEpoch, sequence, transactional: false })
    const buffer = this.buffer(batch.length)
    buffer.set(batch)
    super.send(topic, partition, buffer)
  }
}

/** Steps of a commit, broken on purpose: each must make the harness find something. */
const mutations = {
  'outputs-after-end': (producer: Producer): Producer =>
    new LateSend(producer, (topic) => !isChangelog(topic)),
  'changelogs-after-end': (producer: Producer): Producer => new LateSend(producer, isChangelog),
  'outputs-outside-transaction': (producer: Producer): Producer => new NoTransaction(producer),
  'offsets-after-end': (producer: Producer): Producer => new LateOffsets(producer),
  'offsets-without-generation': (producer: Producer): Producer => new NoGeneration(producer),
  'no-end': (producer: Producer): Producer => new NoEnd(producer),
  'skip-abort': (producer: Producer): Producer => new NoAbort(producer),
  'checkpoint-before-end': (producer: Producer): Producer => new EarlyCommit(producer),
  'checkpoint-ahead-of-rows': (producer: Producer): Producer => new AheadOfRows(producer),
} as const

function isChangelog(topic: string): boolean {
  return topic.endsWith('-changelog')
}

type StepMutation = keyof typeof stepMutations

export type Mutation = keyof typeof mutations | StepMutation

export const mutationNames: readonly Mutation[] = [
  ...(Object.keys(mutations) as (keyof typeof mutations)[]),
  ...(Object.keys(stepMutations) as StepMutation[]),
]

export function isMutation(name: string): name is Mutation {
  return mutationNames.some((one) => one === name)
}

export function mutate(producer: Producer, mutation: Mutation | undefined): Producer {
  return mutation && !isStepMutation(mutation) ? mutations[mutation](producer) : producer
}

/** Of this thread, from now on. */
export function mutateSteps(mutation: Mutation | undefined): void {
  if (mutation && isStepMutation(mutation)) stepMutations[mutation]()
}

function isStepMutation(mutation: Mutation): mutation is StepMutation {
  return Object.hasOwn(stepMutations, mutation)
}
