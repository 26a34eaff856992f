import {
  type LeaveGroupRequest,
  type LeaveGroupResponse,
  leaveGroup,
} from '../../protocol/api/leave-group.ts'
import { kafkaError } from '../../protocol/error-codes.ts'
import { checkCode } from '../../protocol/kafka-error.ts'
import type { Cluster } from './cluster.ts'
import { GroupCoordinator, type GroupQuestion } from './group-coordinator.ts'

/** How long the broker's answer is waited for, ms. */
export const leaveLimitMs = 5000

export interface LeavingMember {
  readonly groupId: string
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly reason: string
}

/** A member that the group has forgotten has left, too. */
export function leaveQuestion({
  groupId,
  ...member
}: LeavingMember): GroupQuestion<LeaveGroupRequest, LeaveGroupResponse> {
  return { api: leaveGroup, request: () => ({ groupId, members: [member] }), check: checkLeft }
}

/** Leaves the group in the place of a member that cannot. Tried once. */
export async function leaveGroupAs(cluster: Cluster, member: LeavingMember): Promise<void> {
  const coordinator = new GroupCoordinator(cluster, member.groupId)
  cluster.users.add(coordinator)
  try {
    await coordinator.askOnce(leaveQuestion(member), leaveLimitMs)
  } finally {
    coordinator.close()
    cluster.users.delete(coordinator)
  }
}

function checkLeft({ errorCode, members }: LeaveGroupResponse): void {
  for (const code of [errorCode, ...members.map((member) => member.errorCode)])
    if (code !== kafkaError.UNKNOWN_MEMBER_ID) checkCode(code, 'LeaveGroup')
}
