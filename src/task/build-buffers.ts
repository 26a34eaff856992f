import type { JoinBufferSpec, OuterJoinStoreSpec, SuppressStoreSpec } from '../plan/store-spec.ts'
import { mapIterator } from '../store/iterators.ts'
import { JoinBytesBuffer } from '../store/join-buffer.ts'
import { OuterJoinBytesBuffer } from '../store/outer-join-buffer.ts'
import { checkpointedRows } from '../store/space-rows.ts'
import { SuppressBytesBuffer } from '../store/suppress-buffer.ts'
import type { BufferFill, BuiltStore } from './built-store.ts'
import { changelogOf, type StateStoreParts, spacesOf, stateOf } from './state-store-parts.ts'

export function buildOuterJoinBuffer(spec: OuterJoinStoreSpec, parts: StateStoreParts): BuiltStore {
  const { name, keySerde, valueSerde, otherValueSerde } = spec
  const changelog = changelogOf(spec, parts)
  const serdes = { keySerde, leftSerde: valueSerde, rightSerde: otherValueSerde }
  const buffer = new OuterJoinBytesBuffer(
    { name, ...serdes, changelog, record: parts.record },
    spacesOf(spec, parts),
  )
  return {
    spec,
    typed: buffer,
    state: stateOf(spec, buffer.checkpointed),
    restore: (record) => buffer.restore(record),
    flushCache() {},
    flush: () => buffer.flush(),
    entries: () => mapIterator(buffer.all(), ({ key, value }) => ({ ...key, value })),
    get: () => undefined,
  }
}

export function buildSuppressBuffer(spec: SuppressStoreSpec, parts: StateStoreParts): BuiltStore {
  const { name, keySerde, valueSerde } = spec
  const changelog = changelogOf(spec, parts)?.append
  const rows = spacesOf(spec, parts).open(name)
  const buffer = new SuppressBytesBuffer({ name, keySerde, valueSerde, changelog, clock: parts.clock }, rows)
  return {
    spec,
    typed: buffer,
    state: stateOf(
      spec,
      checkpointedRows(rows, () => buffer.bytes),
    ),
    restore: (record) => buffer.restore(record),
    flushCache: () => buffer.flush(),
    flush() {},
    entries: () =>
      mapIterator(buffer.updates(), ({ key, newValue, time }) => ({ key, value: newValue, timestamp: time })),
    get buffer() {
      return fillOf(buffer)
    },
    get: () => undefined,
  }
}

export function buildJoinBuffer(spec: JoinBufferSpec, parts: StateStoreParts): BuiltStore {
  const { name, keySerde, valueSerde, graceMs } = spec
  const changelog = changelogOf(spec, parts)
  const buffer = new JoinBytesBuffer(
    { name, keySerde, valueSerde, graceMs, changelog, clock: parts.clock },
    spacesOf(spec, parts),
  )
  return {
    spec,
    typed: buffer,
    state: stateOf(spec, buffer.checkpointed),
    restore: (record) => buffer.restore(record),
    flushCache() {},
    flush: () => buffer.flush(),
    entries: () => buffer.records(),
    get buffer() {
      return fillOf(buffer)
    },
    get: () => undefined,
  }
}

function fillOf(buffer: {
  readonly size: number
  readonly bytes: number
  readonly minTimestamp: number
}): BufferFill {
  return { numRecords: buffer.size, bufferSize: buffer.bytes, minTimestamp: buffer.minTimestamp }
}
