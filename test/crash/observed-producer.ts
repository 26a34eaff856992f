import type { CommittedOffset, GroupMetadata, Producer } from '../../src/client/client.ts'
import { ProducerWrapper } from './producer-wrapper.ts'
import type { TransactionFlag } from './transaction-flag.ts'

/** Notes in the flag whether a transaction is open. */
export class ObservedProducer extends ProducerWrapper {
  readonly #flag: TransactionFlag

  constructor(inner: Producer, flag: TransactionFlag) {
    super(inner)
    this.#flag = flag
  }

  override send(topic: string, partition: number, batch: Uint8Array): void {
    this.#flag.set('records')
    super.send(topic, partition, batch)
  }

  override sendOffsets(offsets: readonly CommittedOffset[], group: GroupMetadata): Promise<void> {
    this.#flag.set('offsets')
    return super.sendOffsets(offsets, group)
  }

  override async commit(): Promise<void> {
    if (this.inTransaction) this.#flag.set('ending')
    await super.commit()
    this.#flag.set('none')
  }

  override async abort(): Promise<void> {
    await super.abort()
    this.#flag.set('none')
  }
}
