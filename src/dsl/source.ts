import { StreamsError } from '../core/errors.ts'
import type { SourceNode } from '../plan/node.ts'
import type { Topic, TopicPattern } from './topic.ts'

/** What topic tokens say of a source. */
export function sourceOf(
  topics: Topic<unknown, unknown> | readonly Topic<unknown, unknown>[] | TopicPattern<unknown, unknown>,
): Omit<SourceNode, 'kind' | 'name' | 'parents' | 'internal'> {
  if ('pattern' in topics) return { topics: [], pattern: topics.pattern, ...settingsOf(topics) }
  const tokens = 'name' in topics ? [topics] : topics
  const [first, ...others] = tokens
  if (!first) throw new StreamsError('topology-invalid', 'stream: give at least one topic')
  for (const other of others) checkSameSerdes(first, other)
  return { topics: tokens.map(({ name }) => name), ...settingsOf(first) }
}

function settingsOf(
  topic: Omit<Topic<unknown, unknown>, 'name'>,
): Omit<SourceNode, 'kind' | 'name' | 'parents' | 'internal' | 'topics'> {
  const { key, value, timestamp, extractor, invalidTimestamp, offsetReset } = topic
  return {
    keySerde: key,
    valueSerde: value,
    ...(timestamp && { timestamp }),
    ...(extractor && { extractor }),
    ...(invalidTimestamp && { invalidTimestamp }),
    ...(offsetReset && { offsetReset }),
  }
}

function checkSameSerdes(first: Topic<unknown, unknown>, other: Topic<unknown, unknown>): void {
  if (first.key.name === other.key.name && first.value.name === other.value.name) return
  throw new StreamsError(
    'topology-invalid',
    `stream: topics '${first.name}' and '${other.name}' have different serdes; read them as two streams and merge those`,
  )
}
