import {
  type Serde,
  type TimestampOf,
  type Topic,
  type TopicOptions,
  type TopicPattern,
  topic,
  topicPattern,
} from '../../src/index.ts'
import type { Step } from './case.ts'
import { serdesOf } from './serdes.ts'
import { shownValue } from './values.ts'

/** Of the steps that read a topic. */
type SourceStep = Pick<
  Step,
  'topic' | 'topics' | 'pattern' | 'key' | 'value' | 'timestampExtractor' | 'offsetReset'
>

type Extraction = Pick<TopicOptions<unknown, unknown, boolean>, 'timestamp' | 'invalidTimestamp'>

const byValue: TimestampOf<unknown, unknown> = ({ value, timestamp }) => {
  if (value === null) return timestamp
  return Number(/@(-?\d+)$/.exec(shownValue(value))?.[1] ?? -1)
}

const extractors: Readonly<Record<string, Extraction>> = {
  FailOnInvalidTimestamp: { invalidTimestamp: 'fail' },
  LogAndSkipOnInvalidTimestamp: { invalidTimestamp: 'skip' },
  UsePartitionTimeOnInvalidTimestamp: { invalidTimestamp: 'partition-time' },
  valueAt: { timestamp: byValue },
  maxPartitionTime: { timestamp: ({ timestamp }, partitionTime) => Math.max(timestamp, partitionTime) },
}

type AnyTopic = Topic<unknown, unknown>

/** How the topics of a case are declared: what a step does not say, the configuration may. */
export function topicDeclarations(config: Readonly<Record<string, unknown>>): {
  readonly one: (step: SourceStep) => AnyTopic
  readonly source: (step: SourceStep) => AnyTopic | readonly AnyTopic[] | TopicPattern<unknown, unknown>
} {
  const options = (step: SourceStep): TopicOptions<unknown, unknown, boolean> => {
    const name = step.timestampExtractor ?? config['default.timestamp.extractor']
    const extraction = name === undefined ? {} : extractors[String(name)]
    if (!extraction) throw new Error(`unknown timestamp extractor ${String(name)}`)
    const { offsetReset } = step
    return {
      // A topic without serdes is read by the default ones.
      ...(serdesOf(step) as { key: Serde<unknown>; value: Serde<unknown> }),
      ...extraction,
      ...(offsetReset !== undefined && { offsetReset }),
    }
  }
  const one = (step: SourceStep): AnyTopic => topic(step.topic!, options(step))
  return {
    one,
    source(step) {
      if (step.pattern !== undefined) return topicPattern(new RegExp(step.pattern), options(step))
      if (step.topics !== undefined) return step.topics.map((name) => topic(name, options(step)))
      return one(step)
    },
  }
}

/** A topic to write to, with the serdes that a step names. */
export function sinkTopic(step: SourceStep): AnyTopic {
  return topic(step.topic!, serdesOf(step) as { key: Serde<unknown>; value: Serde<unknown> })
}
