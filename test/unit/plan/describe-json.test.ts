import { expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { planDocument } from '../../../src/plan/describe-json.ts'
import { string } from '../../../src/serde/scalars.ts'

const text = (name: string) => topic(name, { key: string, value: string })

test('a topology as a document says what it leaves behind: stores, their changelogs, repartition topics', () => {
  const b = new StreamsBuilder()
  b.globalTable(text('g'), { store: { name: 'users' } })
  b.stream(text('in'))
    .selectKey((value) => value, { key: string })
    .groupByKey({ name: 'by-value' })
    .count({ store: { name: 'counts' } })
  const document = planDocument(b.build())
  expect(JSON.parse(JSON.stringify(document))).toEqual(document)
  expect(document).toMatchObject({
    format: 1,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    stores: [
      {
        name: 'counts',
        subtopology: 2,
        kind: 'key-value',
        keySerde: 'string',
        valueSerde: 'long',
        changelogTopic: '<application.id>-counts-changelog',
      },
      { name: 'users', kind: 'key-value', sourceTopic: 'g' },
    ],
    repartitionTopics: [
      {
        name: '<application.id>-by-value-repartition',
        subtopology: 2,
        keySerde: 'string',
        valueSerde: 'string',
      },
    ],
  })
  expect(document.stores[1]).not.toHaveProperty('changelogTopic')
  expect(document.stores[1]).not.toHaveProperty('subtopology')
})
