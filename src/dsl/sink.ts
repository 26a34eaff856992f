import type { RecordMetadata, StreamRecord } from '../core/record.ts'
import { prefixes } from '../plan/naming.ts'
import type { Partitioner, SinkNode } from '../plan/node.ts'
import type { Serde } from '../serde/serde.ts'
import { isWindowed } from '../serde/windowed.ts'
import { type BuildContext, follow, nodeName, requireSerde, type StreamPosition } from './context.ts'
import type { DynamicToOptions } from './stream-options.ts'
import type { SinkTopic } from './topic.ts'

/** Chooses the topic of each record (Java's TopicNameExtractor). */
export type TopicOf<K, V> = (record: StreamRecord<K, V>, metadata: RecordMetadata | undefined) => string

/** KStream.to. @throws StreamsError `serde-missing` */
export function addSink<K, V>(
  context: BuildContext,
  at: StreamPosition,
  topic: SinkTopic<never, never> | TopicOf<K, V>,
  options: DynamicToOptions<K, V>,
): void {
  const call = typeof topic === 'function' ? 'to' : `to('${topic.name}')`
  const serde = (part: 'key' | 'value', given: unknown, before: Serde<unknown> | undefined): Serde<unknown> =>
    requireSerde(
      context,
      (given as Serde<unknown> | undefined) ?? before,
      part,
      call,
      `give it in the topic token, or as { ${part}: ... }`,
    )
  const ofTopic = typeof topic === 'function' ? undefined : topic
  const keySerde = serde('key', options.key ?? ofTopic?.key, at.keySerde)
  const { partitioner } = options
  const node: Omit<SinkNode, 'parents'> = {
    kind: 'sink',
    name: nodeName(context, prefixes.sink, call, options.name),
    topic: ofTopic?.name ?? '',
    ...(typeof topic === 'function' && { topicOf: topic as NonNullable<SinkNode['topicOf']> }),
    internal: false,
    keySerde,
    valueSerde: serde('value', options.value ?? ofTopic?.value, at.valueSerde),
    partitionBy: isWindowed(keySerde) ? 'key' : 'output-key',
    ...(partitioner && { partitioner: partitioner as Partitioner }),
  }
  follow(context, at, { node })
}
