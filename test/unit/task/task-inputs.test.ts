import { expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic, topicPattern } from '../../../src/dsl/topic.ts'
import type { Subtopology } from '../../../src/plan/subtopology.ts'
import { string } from '../../../src/serde/scalars.ts'
import { taskInputs } from '../../../src/task/task-inputs.ts'

const text = { key: string, value: string }

function subtopology(): Subtopology {
  const builder = new StreamsBuilder()
  const named = builder.stream([topic('z', text), topic('a', text)], { name: 'named' })
  builder.stream(topicPattern(/p-.*/, text), { name: 'matched' }).merge(named)
  return builder.build().subtopologies[0]!
}

const at = (partition: number, ...topics: readonly string[]) =>
  topics.map((name) => ({ topic: name, partition }))

test('each partition goes to its source, in the order of the sources and their topics', () => {
  const inputs = taskInputs(subtopology(), 'app', at(1, 'p-2', 'a', 'p-1', 'z'))
  expect(inputs.map((input) => [input.source.name, input.topic, input.partition])).toEqual([
    ['named', 'z', 1],
    ['named', 'a', 1],
    ['matched', 'p-1', 1],
    ['matched', 'p-2', 1],
  ])
})

test('only what is assigned is read', () => {
  expect(taskInputs(subtopology(), 'app', at(0, 'a')).map((input) => input.topic)).toEqual(['a'])
  expect(taskInputs(subtopology(), 'app', [])).toEqual([])
})

test('a partition that no source reads is an error', () => {
  expect(() => taskInputs(subtopology(), 'app', at(0, 'a', 'q'))).toThrowError(
    expect.objectContaining({ code: 'topic-mismatch', message: expect.stringContaining('assigned q-0') }),
  )
})
