import { type SourceNode, topicName } from './node.ts'
import type { Plan } from './plan.ts'

export type SourceByPattern = SourceNode & { readonly pattern: RegExp }

export function patternSources({ nodes }: Pick<Plan, 'nodes'>): readonly SourceByPattern[] {
  return nodes.filter((node): node is SourceByPattern => node.kind === 'source' && node.pattern !== undefined)
}

/** Whether a source by pattern reads a topic: the whole name must match, as with Java's Matcher.matches. */
export function topicMatches(pattern: RegExp, topic: string): boolean {
  return wholeName(pattern).test(topic)
}

/** Of the topics those that a source by pattern reads, sorted. */
export function matchingTopics(pattern: RegExp, topics: Iterable<string>): readonly string[] {
  const whole = wholeName(pattern)
  return [...topics].filter((topic) => whole.test(topic)).sort()
}

/** Whether a source reads a topic, which is given by its real name. */
export function readsTopic(
  { topics, pattern, internal }: SourceNode,
  applicationId: string,
  topic: string,
): boolean {
  if (pattern) return topicMatches(pattern, topic)
  return topics.some((name) => topicName(applicationId, name, internal) === topic)
}

function wholeName({ source, flags }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, flags.replace(/[gy]/g, ''))
}
