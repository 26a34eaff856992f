import { StreamsError } from '../core/errors.ts'
import { deepFreeze } from './freeze.ts'
import { changelogTopic } from './internal-topics.ts'
import { type PlanNode, topicName } from './node.ts'
import type { Plan } from './plan.ts'
import { subtopology } from './subtopology.ts'
import { matchingTopics, patternSources } from './topic-pattern.ts'

/**
 * The plan where these topics exist: sources by pattern have all that match, sorted. Without patterns it is the plan
 * itself.
 * @throws StreamsError `topology-invalid` if two patterns match one topic (InternalTopologyBuilder.SourceNodeFactory).
 */
export function withMatchedTopics(plan: Plan, existing: Iterable<string>): Plan {
  const byPattern = patternSources(plan)
  if (byPattern.length === 0) return plan
  const names = [...existing]
  const matched = new Map<PlanNode, PlanNode>(
    byPattern.map((source) => [
      source,
      deepFreeze({ ...source, topics: matchingTopics(source.pattern, names) }),
    ]),
  )
  const resolved = (node: PlanNode): PlanNode => matched.get(node) ?? node
  const stores = new Map(plan.stores.map((store) => [store.name, store]))
  const whole: Plan = {
    ...plan,
    nodes: Object.freeze(plan.nodes.map(resolved)),
    subtopologies: Object.freeze(
      plan.subtopologies.map(({ id, nodes }) => subtopology(id, nodes.map(resolved), stores)),
    ),
  }
  checkMatchedOnce(whole)
  return Object.freeze(whole)
}

function checkMatchedOnce(plan: Plan): void {
  const patterns = new Map<string, RegExp>()
  for (const { topics, pattern } of patternSources(plan)) {
    for (const topic of topics) {
      const other = patterns.get(topic)
      if (other)
        refuse(
          `Topic ${topic} is already matched for another regex pattern ${other.source} and hence cannot be matched to this regex pattern ${pattern.source} any more.`,
        )
      patterns.set(topic, pattern)
    }
  }
}

/**
 * Patterns must leave alone what the application makes for itself. In Java they do not, and it takes its changelogs
 * for input, and runs two tasks on each partition of a repartition topic.
 * @throws StreamsError `topology-invalid`
 */
export function checkPatterns(plan: Plan, applicationId: string): void {
  const own = plan.subtopologies.flatMap(({ sources, stores }) => [
    ...sources
      .flatMap(({ topics, internal }) => (internal ? topics : []))
      .map((topic) => topicName(applicationId, topic, true)),
    ...stores
      .filter(({ changelog }) => changelog !== 'off')
      .map(({ name }) => changelogTopic(applicationId, name)),
  ])
  for (const { pattern } of patternSources(plan)) {
    const [topic] = matchingTopics(pattern, own)
    if (topic !== undefined)
      refuse(
        `Pattern ${pattern.source} matches ${topic}, which the application makes for itself: choose another pattern or applicationId`,
      )
  }
}

function refuse(reason: string): never {
  throw new StreamsError('topology-invalid', reason)
}
