import { describe, expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { processorTopology } from '../../../src/dsl/processor-topology.ts'
import { keyValueStore } from '../../../src/dsl/stores.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import type { ProcessorWrapper } from '../../../src/plan/processor-wrapper.ts'
import { string } from '../../../src/serde/scalars.ts'
import {
  TopologyTestDriver,
  type TopologyTestDriverOptions,
} from '../../../src/testing/topology-test-driver.ts'

const serdes = { key: string, value: string }
const input = topic('in', serdes)
const out = topic('out', serdes)

/** A stream that is filtered, then grouped under other keys, as a table that goes out. */
function driven(
  wrapProcessor: ProcessorWrapper,
  options: TopologyTestDriverOptions = {},
): TopologyTestDriver {
  const built = topology(
    import.meta.url,
    (b) => {
      b.stream(input)
        .filter((value) => value !== 'no', { name: 'filter' })
        .selectKey((value) => value, { name: 'rekey', key: string })
        .groupByKey({ name: 'group' })
        .reduce((_, value) => value, { name: 'reduce', store: { name: 'store' } })
        .toStream({ name: 'stream' })
        .to(out)
      return undefined
    },
    { wrapProcessor },
  )
  return new TopologyTestDriver(built, options)
}

describe('a wrapper', () => {
  test('stands before each processor, those of the DSL too, but not before sources and sinks', () => {
    const asked: string[] = []
    const passed: string[] = []
    using driver = driven(({ name, kind, stores, context }) => {
      asked.push(`${context.taskId} ${name} ${kind} [${stores.join()}]`)
      return (record, process) => {
        const { topic: from, offset } = context.recordMetadata!
        passed.push(`${name} ${String(record.key)} ${from}@${offset} ${context.currentStreamTime}`)
        process(record)
        passed.push(`${name} done`)
      }
    })
    expect(asked.toSorted()).toEqual([
      '0_0 filter filter []',
      '0_0 group-repartition-filter repartition-filter []',
      '0_0 reduce aggregate [store]',
      '0_0 rekey select-key []',
      '0_0 stream to-stream []',
    ])
    driver.input(input).pipe('a', 'no', { timestamp: 4 })
    expect(passed).toEqual(['filter a in@0 4', 'filter done'])
    passed.length = 0
    driver.input(input).pipe('a', 'x', { timestamp: 3 })
    expect(passed).toEqual([
      'filter a in@1 4',
      'rekey a in@1 4',
      'group-repartition-filter x in@1 4',
      'group-repartition-filter done',
      'rekey done',
      'filter done',
      'reduce x test-group-repartition@0 4',
      'reduce done',
      // The cache lets the update go at the commit.
      'stream x test-group-repartition@0 4',
      'stream done',
    ])
  })

  test('may give the processor another record, or none, or several', () => {
    using driver = driven(({ name }) => {
      if (name !== 'filter') return undefined
      return (record, process) => {
        const header = { key: 'seen', value: null }
        if (record.value === 'drop') return
        process({ ...record, headers: [header], timestamp: 77 })
        process({ ...record, value: 'again' })
      }
    })
    const source = driver.input(input)
    source.pipe('a', 'drop', { timestamp: 5 })
    source.pipe('a', 'x', { timestamp: 6 })
    const repartitioned = driver.output(topic('test-group-repartition', serdes)).readAll()
    expect(repartitioned).toEqual([
      { key: 'x', value: 'x', timestamp: 77, headers: [{ key: 'seen', value: null }] },
      { key: 'again', value: 'again', timestamp: 6, headers: [] },
    ])
  })

  test('that fails is a failure of its processor, about which the handler is asked', () => {
    const failing: ProcessorWrapper = ({ name }) =>
      name === 'rekey'
        ? () => {
            throw new RangeError('wrapped')
          }
        : undefined
    using driver = driven(failing)
    expect(() => driver.input(input).pipe('a', 'x')).toThrow('rekey: wrapped')
    using lenient = driven(failing, { processingHandler: 'continue' })
    lenient.input(input).pipe('a', 'x')
    expect(lenient.dropped).toEqual([{ node: 'rekey', reason: 'processing', count: 1 }])
  })

  test('may catch what its processor throws', () => {
    const caught: unknown[] = []
    const built = topology(
      import.meta.url,
      (b) => {
        b.stream(input)
          .mapValues((value) => value.padStart(value === 'bad' ? Number.MAX_SAFE_INTEGER : 3), {
            name: 'map',
            value: string,
          })
          .to(out)
        return undefined
      },
      {
        wrapProcessor: () => (record, process) => {
          try {
            process(record)
          } catch (error) {
            caught.push((error as Error).message)
          }
        },
      },
    )
    using driver = new TopologyTestDriver(built)
    for (const value of ['bad', 'ok']) driver.input(input).pipe('a', value)
    expect(driver.output(out).readValues()).toEqual([' ok'])
    expect(caught).toEqual([expect.stringMatching(/^map: /)])
  })

  test('keeps everything out of the kernel', () => {
    const count = (wrapped: object) =>
      topology(
        import.meta.url,
        (b) => {
          b.stream(input)
            .groupByKey()
            .count({ name: 'count', store: { caching: false } })
          return undefined
        },
        wrapped,
      ).explain()
    expect(count({})).toContain('[wasm]')
    expect(count({ wrapProcessor: () => undefined })).toContain('a wrapper stands before count')
  })
})

test('processors of the Processor API and of global stores are wrapped too', () => {
  const names: string[] = []
  const wrapProcessor: ProcessorWrapper =
    ({ name }) =>
    (record, process) => {
      names.push(name)
      process(record)
    }
  const global = keyValueStore('global', serdes)
  const built = processorTopology(
    import.meta.url,
    (t) => {
      t.addSource('source', input)
        .addProcessor('processor', { process: (record) => record }, { parents: 'source' })
        .addSink('sink', out, { parents: 'processor' })
        .addGlobalStore(
          global,
          topic('filling', serdes),
          {
            process({ key, value }, context) {
              context.store(global).put(key, value)
              return undefined
            },
          },
          { sourceName: 'global-source', processorName: 'global-processor' },
        )
    },
    { wrapProcessor },
  )
  using driver = new TopologyTestDriver(built)
  driver.input(input).pipe('a', 'x')
  driver.input(topic('filling', serdes)).pipe('a', 'x')
  expect(names).toEqual(['processor', 'global-processor'])
  expect(driver.output(out).size).toBe(1)
})

test('a plan says that there is a wrapper', () => {
  const hashes = [{}, { wrapProcessor: () => undefined }].map(
    (options) =>
      topology(
        import.meta.url,
        (b) => {
          b.stream(input).peek(() => undefined)
          return undefined
        },
        options,
      ).hash,
  )
  expect(new Set(hashes).size).toBe(2)
  const builder = new StreamsBuilder({ wrapProcessor: () => undefined })
  builder.stream(input).to(out)
  expect(builder.build().nodes.some((node) => 'wrap' in node)).toBe(false)
})
