import type { LinkRequest } from '../../src/client/embedded/link.ts'

/**
 * Where something can go wrong. A checkpoint is cut and submitted in one step: nothing is awaited between the two. What a
 * thread does between two of these is drawn too ('turn'), but nothing goes wrong there that would not at the next one.
 */
export const steps = [
  'InitProducerId sent',
  'InitProducerId answered',
  'Metadata sent',
  'Metadata answered',
  'JoinGroup sent',
  'JoinGroup answered',
  'SyncGroup sent',
  'SyncGroup answered',
  'Heartbeat sent',
  'Heartbeat answered',
  'task open: offsets asked',
  'task open: offsets answered',
  'task open: ends asked',
  'task open: ends answered',
  'restore: fetch',
  'input: fetch',
  'flush changelogs: Produce sent',
  'flush changelogs: Produce acknowledged',
  'flush outputs: Produce sent',
  'flush outputs: Produce acknowledged',
  'AddPartitionsToTxn sent',
  'AddPartitionsToTxn answered',
  'AddOffsetsToTxn sent',
  'AddOffsetsToTxn answered',
  'TxnOffsetCommit sent',
  'TxnOffsetCommit answered',
  'EndTxn(commit) sent',
  'EndTxn(commit) answered',
  'EndTxn(abort) sent',
  'EndTxn(abort) answered',
  'checkpoint cut and submitted',
  'checkpoint written',
  'purge: DeleteRecords sent',
  'purge: DeleteRecords answered',
  'task close: synced',
  'task close: marked clean',
  'task close: closed',
  'LeaveGroup sent',
  'LeaveGroup answered',
] as const

export type Step = (typeof steps)[number]

const known: ReadonlySet<string> = new Set(steps)

export function isStep(text: string): text is Step {
  return known.has(text)
}

/** The steps of a request: on its way to the cluster, and the answer's on its way back. */
export function stepsOf({ api, topic, committed }: LinkRequest): readonly [sent: Step, answered: Step] {
  switch (api) {
    case 'ListOffsets':
      return ['task open: ends asked', 'task open: ends answered']
    case 'OffsetFetch':
      return ['task open: offsets asked', 'task open: offsets answered']
    case 'DeleteRecords':
      return ['purge: DeleteRecords sent', 'purge: DeleteRecords answered']
    case 'CreateTopics':
    case 'DeleteTopics':
    case 'DescribeConfigs':
    case 'ListGroups':
    case 'DescribeGroups':
    case 'OffsetCommit':
    case 'OffsetDelete':
      return ['Metadata sent', 'Metadata answered']
    case 'Produce':
      return topic?.endsWith('-changelog')
        ? ['flush changelogs: Produce sent', 'flush changelogs: Produce acknowledged']
        : ['flush outputs: Produce sent', 'flush outputs: Produce acknowledged']
    case 'EndTxn':
      return committed
        ? ['EndTxn(commit) sent', 'EndTxn(commit) answered']
        : ['EndTxn(abort) sent', 'EndTxn(abort) answered']
    default:
      return [`${api} sent`, `${api} answered`]
  }
}
