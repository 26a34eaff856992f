import { expect, test } from 'vitest'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic, topicPattern } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { string } from '../../../src/serde/scalars.ts'

const serdes = { key: string, value: string }

const build = (b: StreamsBuilder): undefined => {
  const users = b.globalTable(topic('users', serdes), { name: 'users', store: { name: 'users-store' } })
  b.stream([topic('one', serdes), topic('two', serdes)], { name: 'in' })
    .selectKey((value) => value, { name: 'rekey', key: string })
    .groupByKey({ name: 'group' })
    .count({ name: 'counting', store: { name: 'counts' } })
  b.stream(topicPattern(/n\d+/, serdes), { name: 'numbered' })
    .join(users, (left, right) => left + right, { name: 'joined', keyOf: (value) => value })
    .to(() => 'somewhere', { name: 'out', value: string })
  return undefined
}

test('a topology as data says what its text says', () => {
  const { subtopologies, globalStores } = topology(import.meta.url, build).describe('json')
  expect(globalStores).toEqual([
    {
      id: 0,
      source: {
        kind: 'source',
        name: 'users-source',
        topics: ['users'],
        predecessors: [],
        successors: ['users'],
      },
      processor: {
        kind: 'processor',
        name: 'users',
        stores: ['users-store'],
        predecessors: ['users-source'],
        successors: [],
      },
    },
  ])
  expect(subtopologies.map(({ id, nodes }) => [id, nodes.map(({ name }) => name)])).toEqual([
    [1, ['in', 'rekey', 'group-repartition-filter', 'group-repartition-sink']],
    [2, ['group-repartition-source', 'counting']],
    [3, ['numbered', 'joined', 'out']],
  ])
  const nodes = subtopologies.flatMap((subtopology) => subtopology.nodes)
  const named = (name: string) => nodes.find((node) => node.name === name)
  expect(named('in')).toEqual({
    kind: 'source',
    name: 'in',
    topics: ['one', 'two'],
    predecessors: [],
    successors: ['rekey'],
  })
  expect(named('group-repartition-sink')).toMatchObject({ kind: 'sink', topic: 'group-repartition' })
  expect(named('counting')).toMatchObject({ stores: ['counts'], predecessors: ['group-repartition-source'] })
  expect(named('numbered')).toMatchObject({ topics: [], pattern: 'n\\d+' })
  expect(named('out')).not.toHaveProperty('topic')
})

test('it has every node of the text, with its neighbours', () => {
  const built = topology(import.meta.url, build)
  const text = built.describe()
  for (const { nodes } of built.describe('json').subtopologies)
    for (const { name, successors } of nodes)
      expect(text).toMatch(
        new RegExp(`: ${name} .*${successors.length > 0 ? `\\n\\s+--> ${successors.join(', ')}` : ''}`),
      )
})
