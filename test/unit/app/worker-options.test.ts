import { expect, test } from 'vitest'
import type { KafkaStreamsOptions } from '../../../src/app/application-options.ts'
import { KafkaStreams } from '../../../src/app/kafka-streams.ts'
import { runsInWorkers, sendableOptions, splitTokens } from '../../../src/app/worker-options.ts'
import { resolveOptions } from '../../../src/core/options.ts'
import { ManualClock, systemClock } from '../../../src/core/time/clock.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { type Topology, type TopologyHandlers, topology } from '../../../src/dsl/topology.ts'
import { string } from '../../../src/serde/scalars.ts'
import { EmbeddedKafka } from '../../../src/testing/embedded-kafka.ts'

const words = { key: string, value: string }

function copying(args: unknown, handlers: TopologyHandlers = {}, module: string = import.meta.url): Topology {
  return topology(
    module,
    (b) => {
      b.stream(topic('in', words)).to(topic('out', words))
      return undefined
    },
    { args, handlers },
  )
}

const options: KafkaStreamsOptions = {
  applicationId: 'app',
  kafka: { brokers: ['127.0.0.1:9092'] },
  threads: 2,
}

/** What the constructor says, a line each. */
function problems(built: Topology, more: Partial<KafkaStreamsOptions> = {}): readonly string[] {
  try {
    new KafkaStreams(built, { ...options, ...more })
    return []
  } catch (error) {
    expect(error).toMatchObject({ code: 'options-invalid' })
    return (error as Error).message.split('\n')
  }
}

test('one thread, an embedded cluster, a clock or rows of a test: inline; several on brokers: in workers', () => {
  expect(runsInWorkers(options)).toBe(true)
  expect(runsInWorkers({ ...options, clock: systemClock })).toBe(true)
  const { threads: _, ...one } = options
  const inline: readonly KafkaStreamsOptions[] = [
    one,
    { ...one, threads: 1 },
    { ...options, kafka: new EmbeddedKafka() },
    { ...options, clock: new ManualClock() },
    { ...options, openRows: () => expect.fail('not opened') },
  ]
  expect(inline.map(runsInWorkers)).toEqual(inline.map(() => false))
})

test('handlers that are functions go with the topology', () => {
  const handler = (): 'continue' => 'continue'
  const all = {
    deserializationHandler: handler,
    processingHandler: handler,
    productionHandler: handler,
  }
  expect(problems(copying({}), all)).toEqual(
    Object.keys(all).map(
      (name) =>
        `${name}: a function cannot be sent to worker threads: give it to the topology, as topology(..., { handlers: { ${name} } }), or use threads: 1`,
    ),
  )
  expect(problems(copying({}, all))).toEqual([])
  // The topology's win, so that the others need not be sent.
  expect(problems(copying({}, all), all)).toEqual([])
  expect(problems(copying({}), { processingHandler: 'continue' })).toEqual([])
  expect(problems(copying({}), { ...all, threads: 1 })).toEqual([])
})

test('functions and handles in the connection, and in args, are named where they are', () => {
  const built = copying({ limit: 1, rules: [{ name: 'big', test: () => true }] })
  const kafka = {
    brokers: ['127.0.0.1:9092'],
    ssl: { ca: Buffer.from('certificate'), checkServerIdentity: () => undefined },
    sasl: { mechanism: 'mine', authenticationProvider: () => ({}) },
  }
  const cannot = 'a function cannot be sent to worker threads: use threads: 1'
  expect(problems(built, { kafka })).toEqual([
    `kafka.ssl.checkServerIdentity: ${cannot}`,
    `kafka.sasl.authenticationProvider: ${cannot}`,
    `the topology's args.rules.0.test: ${cannot}`,
  ])
  expect(problems(built, { kafka, threads: 1 })).toEqual([])
  expect(problems(copying({ secret: Promise.resolve(1) }))).toEqual([
    "the topology's args.secret: this cannot be sent to worker threads: use threads: 1",
  ])
})

test('a function that gives OAuth tokens stays here: it is asked by message', () => {
  const oauthBearerProvider = async (): Promise<unknown> => ({ value: 'token' })
  const kafka = { brokers: ['127.0.0.1:9092'], sasl: { mechanism: 'oauthbearer', oauthBearerProvider } }
  expect(problems(copying({}), { kafka })).toEqual([])
  expect(splitTokens(kafka)).toEqual({
    kafka: { brokers: ['127.0.0.1:9092'] },
    provider: oauthBearerProvider,
  })
  const plain = { brokers: ['127.0.0.1:9092'], sasl: { mechanism: 'plain', username: 'u', password: 'p' } }
  expect(splitTokens(plain)).toEqual({ kafka: plain, provider: undefined })
})

test('a module that is no URL cannot be imported', () => {
  expect(problems(copying({}, {}, 'src/job.js'))).toEqual([
    "the topology's module is 'src/job.js': give import.meta.url, worker threads import it",
  ])
})

test('all problems are listed at once', () => {
  const found = problems(
    copying(() => 1),
    {
      applicationId: 'not a name',
      kafka: { brokers: [] },
      processingHandler: () => 'continue',
      uncaughtErrorHandler: 'replace-thread' as unknown as () => 'replace-thread',
    },
  )
  expect(found.map((line) => line.slice(0, line.indexOf(':')))).toEqual([
    'kafka.brokers is empty',
    'processingHandler',
    "the topology's args",
    'applicationId',
    'uncaughtErrorHandler',
  ])
})

test('what is sent can be cloned, and has everything but the logger', () => {
  const handler = (): 'continue' => 'continue'
  const { kafka: _, ...others } = options
  const resolved = resolveOptions({ ...others, processingHandler: handler, commitInterval: '3s' })
  const sent = structuredClone(sendableOptions(copying({}, { processingHandler: handler }), resolved))
  const { logger: _logger, ...rest } = resolved
  expect(sent).toEqual({ ...rest, processingHandler: 'fail' })
})
