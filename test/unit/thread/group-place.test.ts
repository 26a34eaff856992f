import { describe, expect, test } from 'vitest'
import type { CommittedOffset, GroupMember, GroupMetadata, JoinedGroup } from '../../../src/client/client.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { kafkaError, protocolError } from '../../../src/protocol/error-codes.ts'
import { CapturingProducer } from '../../../src/testing/capturing-producer.ts'
import { GroupPlace } from '../../../src/thread/group-place.ts'

/** A member whose fate the test decides. */
class Fate implements GroupMember {
  generationId = 1
  losses = 0
  readonly rejoin = false
  onRejoin: (() => void) | undefined
  #answer: (joined: JoinedGroup) => void = () => {}

  get lost(): boolean {
    return this.losses > 0
  }

  get group(): GroupMetadata {
    return { groupId: 'g', generationId: this.generationId, memberId: 'm', groupInstanceId: null }
  }

  join(): Promise<JoinedGroup> {
    return new Promise((resolve) => {
      this.#answer = resolve
    })
  }

  answer(): void {
    this.generationId++
    this.#answer({ assignment: new Uint8Array(), generationId: this.generationId, losses: this.losses })
  }

  async leave(): Promise<void> {}

  stop(): void {}
}

/** A producer at a coordinator that knows one generation. */
class AtCoordinator extends CapturingProducer {
  constructor() {
    super(() => {})
  }

  readonly generations: number[] = []
  generationId = 1
  onRefusal: () => void = () => {}

  override async sendOffsets(
    _offsets: readonly CommittedOffset[] = [],
    group?: GroupMetadata,
  ): Promise<void> {
    const generationId = group?.generationId ?? -1
    this.generations.push(generationId)
    if (generationId === this.generationId) return
    this.onRefusal()
    throw protocolError(kafkaError.ILLEGAL_GENERATION, 'TxnOffsetCommit')
  }
}

function placeOf(member: GroupMember): { place: GroupPlace; changed: Promise<void> } {
  let onChange = (): void => {}
  const changed = new Promise<void>((resolve) => {
    onChange = resolve
  })
  return { place: new GroupPlace({ member, clock: new ManualClock(), onChange: () => onChange() }), changed }
}

describe('a member that was forgotten', () => {
  test('is lost until the answer is taken: it has a new generation by then', async () => {
    const member = new Fate()
    const { place, changed } = placeOf(member)
    place.join()
    member.losses++
    member.answer()
    expect(place.lost).toBe(true)
    await changed
    expect([place.joining, place.lost]).toEqual([false, true])
    expect(place.take()?.continuous).toBe(false)
    expect(place.lost).toBe(false)
  })

  test('and again after the answer, which nobody has taken yet: is lost still', async () => {
    const member = new Fate()
    const { place, changed } = placeOf(member)
    place.join()
    member.answer()
    await changed
    member.losses++
    expect(place.take()?.continuous).toBe(true)
    expect(place.lost).toBe(true)
  })

  test('sends no offsets: by its new generation they would pass for anybody’s', async () => {
    const member = new Fate()
    const { place } = placeOf(member)
    const producer = new AtCoordinator()
    member.losses++
    await expect(place.commitOffsets(producer, [])).rejects.toMatchObject({ code: 'fenced' })
    expect(producer.generations).toEqual([])
  })

  test('while it sent its offsets: sends them no second time', async () => {
    const member = new Fate()
    const { place } = placeOf(member)
    const producer = new AtCoordinator()
    place.join()
    producer.generationId = 2
    producer.onRefusal = () => {
      member.losses++
      member.answer()
    }
    await expect(place.commitOffsets(producer, [])).rejects.toMatchObject({ code: 'fenced' })
    expect(producer.generations).toEqual([1])
  })
})

describe('a member that was one all the time', () => {
  test('is not lost', async () => {
    const member = new Fate()
    const { place, changed } = placeOf(member)
    place.join()
    member.answer()
    await changed
    expect(place.lost).toBe(false)
    expect(place.take()?.continuous).toBe(true)
  })

  test('commits under the generation that follows, if its own ends on the way', async () => {
    const member = new Fate()
    const { place } = placeOf(member)
    const producer = new AtCoordinator()
    place.join()
    producer.generationId = 2
    producer.onRefusal = () => member.answer()
    await place.commitOffsets(producer, [])
    expect(producer.generations).toEqual([1, 2])
  })

  test('and whose generation is over though it did not join, is told so', async () => {
    const { place } = placeOf(new Fate())
    const producer = new AtCoordinator()
    producer.generationId = 2
    await expect(place.commitOffsets(producer, [])).rejects.toMatchObject({ code: 'fenced' })
    expect(producer.generations).toEqual([1])
  })
})
