import type { CommittedOffset, GroupMetadata, Producer, RefusalJudge } from '../../src/client/client.ts'
import type { Fate } from './fate.ts'
import { ProducerWrapper } from './producer-wrapper.ts'
import type { TransactionFlag } from './transaction-flag.ts'

/** Notes in the flag how far a transaction is, and meets its fate there. */
export class ObservedProducer extends ProducerWrapper {
  readonly #flag: TransactionFlag
  readonly #fate: Fate

  constructor(inner: Producer, flag: TransactionFlag, fate: Fate) {
    super(inner)
    this.#flag = flag
    this.#fate = fate
  }

  override send(topic: string, partition: number, batch: Uint8Array, judge?: RefusalJudge): void {
    this.#flag.set('records')
    super.send(topic, partition, batch, judge)
  }

  override async flush(): Promise<void> {
    this.#fate.reached('stores flushed')
    await super.flush()
    this.#fate.reached('outputs acknowledged')
  }

  override async sendOffsets(offsets: readonly CommittedOffset[], group: GroupMetadata): Promise<void> {
    this.#flag.set('offsets')
    const answered = super.sendOffsets(offsets, group)
    const sent = setImmediate(() => this.#fate.reached('TxnOffsetCommit sent'))
    await answered
    clearImmediate(sent)
    this.#fate.reached('TxnOffsetCommit answered')
  }

  override async commit(): Promise<void> {
    if (!this.inTransaction) return
    this.#flag.set('ending')
    const committed = super.commit()
    // By then the request is on its way.
    const sent = setImmediate(() => this.#fate.reached('EndTxn sent'))
    await committed
    clearImmediate(sent)
    this.#flag.set('none')
    this.#fate.reached('EndTxn answered')
  }

  override async abort(): Promise<void> {
    await super.abort()
    this.#flag.set('none')
  }
}
