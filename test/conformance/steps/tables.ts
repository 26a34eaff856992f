import { untilTimeLimit, untilWindowCloses } from '../../../src/index.ts'
import type { BufferJson, ProcessorJson, Step } from '../case.ts'
import { named, type StepBuilder } from '../scope.ts'
import { materialization, tokensOf } from '../stores.ts'
import { transformerOf } from '../transformers.ts'
import { valueAndKey } from './streams.ts'

/** What only tables have, and where they come from. */
export const tableSteps: Readonly<Record<string, StepBuilder>> = {
  table: (step, { builder, topics }) =>
    builder.table(topics.one(step), { ...named(step), ...materialization(step.materialized) }),
  globalTable: (step, { builder, topics }) =>
    builder.globalTable(topics.one(step), { ...named(step), ...materialization(step.materialized) }),
  toStream: (step, scope) => {
    const stream = scope.table(step).toStream(named(step))
    return step.fn === undefined ? stream : stream.selectKey(valueAndKey(step.fn))
  },
  suppress: (step, scope) => scope.table(step).suppress(suppressed(step) as never, named(step) as never),
  transformValues: (step, scope) =>
    scope.table(step).transformValues(transformerOf(step.processor as ProcessorJson), {
      ...named(step),
      ...materialization(step.materialized),
      stores: [...(step.stores ?? []), ...tokensOf(step.provideStores)],
    } as never),
}

function suppressed(step: Step) {
  const buffer = bufferOptions(step.buffer ?? {})
  return step.until === 'windowCloses'
    ? untilWindowCloses(buffer as never)
    : untilTimeLimit(step.limitMs!, buffer as never)
}

function bufferOptions({ maxRecords, maxBytes, full, logging }: BufferJson) {
  return {
    ...(maxRecords !== undefined && { maxRecords }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(full !== undefined && { onFull: full === 'shutDown' ? 'shut-down' : 'emit-early' }),
    ...(logging === false && { changelog: false }),
  }
}
