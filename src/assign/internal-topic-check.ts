import type { Client } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { InternalTopic } from '../plan/internal-topics.ts'

type Configs = Readonly<Record<string, string>>

/**
 * Looks whether internal topics that were there before are as the application needs them (Java's
 * InternalTopicManager.validate): a changelog that is not compacted grows for ever, one that deletes cannot be restored
 * from. What is wrong is told in the log, each topic once; nothing waits for it.
 */
export class InternalTopicCheck {
  readonly #client: Client
  readonly #logger: Logger
  readonly #checked = new Set<string>()

  constructor(client: Client, logger: Logger) {
    this.#client = client
    this.#logger = logger
  }

  /** Never rejects. */
  async look(topics: readonly InternalTopic[]): Promise<void> {
    const wanted = topics.filter(({ name }) => !this.#checked.has(name))
    if (wanted.length === 0) return
    for (const { name } of wanted) this.#checked.add(name)
    try {
      const found = await this.#client.admin.topicConfigs(wanted.map(({ name }) => name))
      for (const topic of wanted)
        for (const problem of topicProblems(topic, found.get(topic.name) ?? {}))
          this.#logger.warn({ topic: topic.name }, `internal topic ${topic.name}: ${problem}`)
    } catch (err) {
      // Without the right to describe configs, or while the application ends, nobody knows.
      if (!StreamsError.is(err, 'lifecycle'))
        this.#logger.debug({ err }, 'the configs of internal topics could not be read')
    }
  }
}

/** What a topic lacks, a line each. Configs that the broker does not tell are taken to be right. */
export function topicProblems({ kind, config }: InternalTopic, actual: Configs): readonly string[] {
  const policy = actual['cleanup.policy']
  if (policy === undefined) return []
  return kind === 'repartition'
    ? repartitionProblems(policy, actual)
    : changelogProblems(policy, config, actual)
}

function repartitionProblems(policy: string, actual: Configs): readonly string[] {
  if (policy.includes('compact'))
    return [
      `cleanup.policy is ${policy}, but records of the same key must not replace each other: make it delete`,
    ]
  return [
    ...(unlimited(actual['retention.ms'])
      ? []
      : [`retention.ms is ${actual['retention.ms']}: what was not read within it is lost; make it -1`]),
    ...bytesProblem(actual),
  ]
}

function changelogProblems(policy: string, wanted: Configs, actual: Configs): readonly string[] {
  const needed = wanted['cleanup.policy'] ?? 'compact'
  if (needed.includes('compact') && !policy.includes('compact'))
    return [`cleanup.policy is ${policy}, so it ${deletes}: make it ${needed}`]
  if (!policy.includes('delete')) return [...lagProblem(wanted, actual)]
  if (!needed.includes('delete')) return [`cleanup.policy is ${policy}, so it ${deletes}: make it ${needed}`]
  const keeps = actual['retention.ms']
  const tooShort = !unlimited(keeps) && Number(keeps) < Number(wanted['retention.ms'] ?? 0)
  return [
    ...(tooShort
      ? [
          `retention.ms is ${keeps}, but the store needs ${wanted['retention.ms']}: what is deleted sooner cannot be restored`,
        ]
      : []),
    ...bytesProblem(actual),
  ]
}

const deletes = 'deletes rows that are to be restored'

function lagProblem(wanted: Configs, actual: Configs): readonly string[] {
  const needed = wanted['min.compaction.lag.ms']
  const lag = actual['min.compaction.lag.ms']
  if (needed === undefined || lag === undefined || Number(lag) >= Number(needed)) return []
  return [
    `min.compaction.lag.ms is ${lag}, but the store needs ${needed}: old versions may be compacted away`,
  ]
}

function bytesProblem(actual: Configs): readonly string[] {
  const bytes = actual['retention.bytes']
  return unlimited(bytes) ? [] : [`retention.bytes is ${bytes}: what it deletes is lost; make it -1`]
}

function unlimited(value: string | undefined): boolean {
  return value === undefined || value === '-1'
}
