import { expect, test } from 'vitest'
import type { GroupMember, JoinedGroup } from '../../../src/client/client.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { GroupPlace } from '../../../src/thread/group-place.ts'

function memberThatJoins(joined: Partial<JoinedGroup>): GroupMember {
  const group = { groupId: 'g', generationId: 2, memberId: 'm', groupInstanceId: null }
  return {
    join: async () => ({ assignment: new Uint8Array(), generationId: 2, continuous: true, ...joined }),
    rejoin: false,
    lost: false,
    onRejoin: undefined,
    group,
    leave: async () => {},
    stop: () => {},
  }
}

async function joined(answer: Partial<JoinedGroup>): Promise<GroupPlace> {
  let place: GroupPlace | undefined
  await new Promise<void>((resolve) => {
    place = new GroupPlace({
      member: memberThatJoins(answer),
      clock: new ManualClock(),
      onChange: () => resolve(),
    })
    place.join()
  })
  return place!
}

test('a member that was forgotten is lost until the answer is taken: the member has a new generation by then', async () => {
  const place = await joined({ continuous: false })
  expect(place.joining).toBe(false)
  expect(place.lost).toBe(true)
  expect(place.take()?.continuous).toBe(false)
  expect(place.lost).toBe(false)
})

test('a member that was one all the time is not lost', async () => {
  const place = await joined({ continuous: true })
  expect(place.lost).toBe(false)
  expect(place.take()?.continuous).toBe(true)
})
