import { describeConfigs, topicResource } from '../../protocol/api/describe-configs.ts'
import { kafkaError } from '../../protocol/error-codes.ts'
import { checkCode } from '../../protocol/kafka-error.ts'
import type { Cluster } from './cluster.ts'

/** Values of the topic itself and, where it has none, of the broker. */
export async function configsOfTopics(
  cluster: Cluster,
  names: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  if (names.length === 0) return new Map()
  return cluster.retry.run(async () => {
    const connection = await cluster.any()
    const { results } = await connection.send(describeConfigs, {
      resources: names.map((name) => ({
        resourceType: topicResource,
        resourceName: name,
        configurationKeys: null,
      })),
    })
    const existing = results.filter(({ errorCode }) => errorCode !== kafkaError.UNKNOWN_TOPIC_OR_PARTITION)
    return new Map(
      existing.map(({ resourceName, errorCode, configs }) => {
        checkCode(errorCode, `DescribeConfigs of ${resourceName}`)
        const values = configs.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]))
        return [resourceName, Object.fromEntries(values)]
      }),
    )
  })
}
