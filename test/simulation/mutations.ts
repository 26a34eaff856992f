import type { CommittedOffset, GroupMetadata, Producer } from '../../src/client/client.ts'
import type { Clock } from '../../src/core/time/clock.ts'
import { ProducerWrapper } from '../crash/producer-wrapper.ts'

/** Offsets are committed as by somebody outside the group, so that the broker cannot tell a zombie. */
class NoGeneration extends ProducerWrapper {
  override sendOffsets(offsets: readonly CommittedOffset[], { groupId }: GroupMetadata): Promise<void> {
    return super.sendOffsets(offsets, { groupId, generationId: -1, memberId: '', groupInstanceId: null })
  }
}

/** Steps of a commit, broken on purpose: some seed must turn red for each. */
const mutations = {
  'offsets-without-generation': (producer: Producer): Producer => new NoGeneration(producer),
} as const

export type Mutation = keyof typeof mutations

export const mutationNames = Object.keys(mutations) as readonly Mutation[]

export function isMutation(name: string): name is Mutation {
  return name in mutations
}

export function mutate(producer: Producer, _clock: Clock, mutation: Mutation | undefined): Producer {
  return mutation ? mutations[mutation](producer) : producer
}
