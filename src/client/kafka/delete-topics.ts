import { deleteTopics } from '../../protocol/api/delete-topics.ts'
import { kafkaError, protocolError } from '../../protocol/error-codes.ts'
import type { Cluster } from './cluster.ts'

/** What is not there is deleted already. */
export async function deleteTopicsByName(cluster: Cluster, names: readonly string[]): Promise<void> {
  let left = names
  if (left.length === 0) return
  await cluster.retry.run(async () => {
    const connection = await cluster.controller()
    const { responses } = await connection.send(deleteTopics, {
      topicNames: left,
      timeoutMs: cluster.settings.requestTimeoutMs,
    })
    const refused = responses.filter(({ errorCode }) => !isGone(errorCode))
    left = refused.map(({ name }) => name)
    const [first] = refused
    if (!first) return
    if (first.errorCode === kafkaError.NOT_CONTROLLER) await cluster.describe([])
    const why = first.errorMessage === null ? '' : ` (${first.errorMessage})`
    throw protocolError(first.errorCode, `DeleteTopics of ${first.name}${why}`, { topic: first.name })
  })
  cluster.forgetTopics(new Set(names))
}

function isGone(errorCode: number): boolean {
  return errorCode === kafkaError.NONE || errorCode === kafkaError.UNKNOWN_TOPIC_OR_PARTITION
}
