import type { StreamsError } from '../../core/errors.ts'
import { kafkaError } from '../../protocol/error-codes.ts'
import { kafkaErrorOf } from '../../protocol/kafka-error.ts'
import type { GroupMetadata, GroupOptions } from '../client.ts'

const noGeneration = -1

/** Who a member is to its group: its id and generation, and what became of them. */
export class Membership {
  readonly #options: GroupOptions
  readonly #onRejoin: () => void
  #memberId = ''
  #generationId = noGeneration
  #rejoin = false
  #lost = false
  #losses = 0
  #fenced: StreamsError | undefined

  /** @param onRejoin called once, as soon as a rebalance is due or membership is lost */
  constructor(options: GroupOptions, onRejoin: () => void) {
    this.#options = options
    this.#onRejoin = onRejoin
  }

  get group(): GroupMetadata {
    return {
      groupId: this.#options.groupId,
      generationId: this.#generationId,
      memberId: this.#memberId,
      groupInstanceId: this.#options.groupInstanceId ?? null,
    }
  }

  get rejoin(): boolean {
    return this.#rejoin
  }

  get lost(): boolean {
    return this.#lost
  }

  get losses(): number {
    return this.#losses
  }

  /** @throws StreamsError `protocol-error` (FENCED_INSTANCE_ID) if another member has taken its instance id */
  throwIfFenced(): void {
    if (this.#fenced) throw this.#fenced
  }

  /** The coordinator gave it an id, under which to join. */
  identify(memberId: string): void {
    if (memberId === this.#memberId) return
    this.#memberId = memberId
    this.#options.identified?.(memberId)
  }

  /** It is in a new generation, and must still hear of its assignment. */
  enter(memberId: string, generationId: number): void {
    this.identify(memberId)
    this.#generationId = generationId
  }

  /** It has the assignment of its generation. */
  settle(): void {
    this.#rejoin = false
    this.#lost = false
  }

  leave(): void {
    this.#memberId = ''
    this.#generationId = noGeneration
  }

  wantRejoin(): void {
    if (this.#rejoin) return
    this.#rejoin = true
    this.#onRejoin()
  }

  /** After an error of the broker that says that it is no member, at least not of this generation. */
  refuse(error: StreamsError): void {
    const code = kafkaErrorOf(error)
    if (code === kafkaError.FENCED_INSTANCE_ID) this.#fenced = error
    this.#lose(code === kafkaError.FENCED_INSTANCE_ID || code === kafkaError.UNKNOWN_MEMBER_ID)
  }

  /** The broker must have given it up by now; under its id it may come back. */
  expire(): void {
    this.#lose(false)
  }

  #lose(forgetId: boolean): void {
    if (forgetId) this.#memberId = ''
    this.#generationId = noGeneration
    this.#rejoin = true
    if (this.#lost) return
    this.#lost = true
    this.#losses++
    this.#onRejoin()
  }
}
