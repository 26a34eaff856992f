import type { GroupMember } from '../client/client.ts'
import type { ThreadContext } from './thread-context.ts'

/** A stream thread's membership. Java's members join under the same protocol name. @param metadata its subscription */
export function streamsMember(context: ThreadContext, metadata: () => Uint8Array): GroupMember {
  const { client, options, groupInstanceId, assignor, onMember } = context
  const { applicationId, sessionTimeoutMs, rebalanceTimeoutMs, heartbeatIntervalMs } = options
  return client.group({
    groupId: applicationId,
    protocolName: 'stream',
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    heartbeatIntervalMs,
    ...(groupInstanceId === undefined ? {} : { groupInstanceId }),
    metadata,
    assign: (members) => assignor.assign(members),
    identified: onMember,
  })
}
