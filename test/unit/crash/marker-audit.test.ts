import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { encodeControlBatch } from '../../../src/protocol/record-batch/control.ts'
import { encodeBatch } from '../../../src/protocol/record-batch/encode.ts'
import { long } from '../../../src/serde/scalars.ts'
import { aggregatedClicks } from '../../crash/job.ts'
import { blame } from '../../crash/markers/blame.ts'
import { MarkerAudit } from '../../crash/markers/marker-audit.ts'
import { type OutputVerdict, verifyEmissions } from '../../crash/verify.ts'

const producerId = 7
/** Of partition 1, where the key belongs. */
const key = 'user0'
const output = `${aggregatedClicks.name}-1`
const changelog = 'changelog-1'

/** The files of a broker: what each partition holds, in order, and what the coordinator decided. */
class Files {
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-markers-'))
  readonly #logs = new Map<string, Uint8Array[]>()
  #offset = 0

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }))
  }

  count(partition: string, count: number): void {
    this.#add(
      partition,
      encodeBatch([{ key: utf8(key), value: long.serialize(count), timestamp: 1 }], {
        ...this.#stamp(),
        sequence: 0,
        transactional: true,
      }),
    )
  }

  marker(partition: string, type: 'abort' | 'commit', timestamp: number): void {
    this.#add(partition, encodeControlBatch({ type, coordinatorEpoch: 0, timestamp, ...this.#stamp() }))
  }

  decided(type: 'abort' | 'commit', at: number): void {
    const value = Buffer.concat([
      int16(1),
      int64(producerId),
      int16(0),
      int32(6000),
      Buffer.from([type === 'commit' ? 2 : 3]),
      Buffer.from([3]),
      ...[output, changelog].map((partition) => compactTopic(partition.slice(0, -2), 1)),
      int64(at),
      int64(at),
      Buffer.from([0]),
    ])
    const name = utf8('crash-1')
    const stateKey = Buffer.concat([int16(0), int16(name.length), name])
    this.#add(
      '__transaction_state-0',
      encodeBatch([{ key: stateKey, value, timestamp: at }], {
        producerId: -1,
        producerEpoch: -1,
        sequence: -1,
        baseOffset: this.#offset++,
      }),
    )
  }

  audit(): MarkerAudit {
    for (const [partition, batches] of this.#logs) {
      mkdirSync(join(this.folder, partition))
      writeFileSync(join(this.folder, partition, '00000000000000000000.log'), Buffer.concat(batches))
    }
    return new MarkerAudit(this.folder)
  }

  #stamp(): { readonly producerId: number; readonly producerEpoch: number; readonly baseOffset: number } {
    return { producerId, producerEpoch: 0, baseOffset: this.#offset++ }
  }

  #add(partition: string, batch: Uint8Array): void {
    const log = this.#logs.get(partition)
    if (log) log.push(batch)
    else this.#logs.set(partition, [batch])
  }
}

/** Of `key`: counts that came, where 1 and 2 are due. */
function verdict(...counts: number[]): OutputVerdict {
  const emitted = new Map([[key, counts.map((count) => ({ count, time: 0 }))]])
  return { topic: aggregatedClicks.name, due: 2, ...verifyEmissions(new Map([[key, [0, 0]]]), emitted) }
}

test('with all markers there, a result that came twice is nobody else’s doing', () => {
  const files = new Files()
  for (const [count, at] of [
    [1, 10],
    [1, 20],
    [2, 30],
  ] as const) {
    files.count(output, count)
    files.count(changelog, count)
    files.decided('commit', at)
    for (const partition of [output, changelog]) files.marker(partition, 'commit', at + 1)
  }
  const found = blame([verdict(1, 1, 2)], files.audit())
  expect(found).toMatchObject({ missing: [], open: false, proven: 0 })
  expect(found.unproven).toEqual([
    expect.stringContaining('user0 = 1 duplicated, and no transaction of it lacks'),
  ])
})

test('an abort without its marker, which the next commit takes along', () => {
  const files = new Files()
  files.count(output, 1)
  files.decided('abort', 10)
  files.marker(changelog, 'abort', 11)
  files.count(output, 1)
  files.count(output, 2)
  files.decided('commit', 20)
  files.marker(output, 'commit', 21)
  files.marker(changelog, 'commit', 21)
  const audit = files.audit()
  expect(blame([verdict(1, 1, 2)], audit)).toMatchObject({ open: false, proven: 1, unproven: [] })
  expect(audit.missing).toEqual([expect.objectContaining({ partition: output, open: false })])
})

test('a commit whose changelog lacks the marker', () => {
  const files = new Files()
  files.count(changelog, 1)
  files.count(output, 1)
  files.decided('commit', 10)
  files.marker(output, 'commit', 11)
  files.count(output, 1)
  files.decided('commit', 20)
  files.marker(output, 'commit', 20)
  files.marker(changelog, 'commit', 22)
  const found = blame([verdict(1, 1, 2)], files.audit())
  expect(found).toMatchObject({
    proven: 1,
    missing: [expect.stringContaining(`${changelog}: no commit marker`)],
  })
})

test('what is lost is proven by a record that does not count, and nothing else', () => {
  const files = new Files()
  files.count(output, 1)
  files.count(changelog, 1)
  files.decided('commit', 10)
  files.marker(changelog, 'commit', 11)
  files.decided('abort', 20)
  files.marker(output, 'abort', 21)
  files.marker(changelog, 'abort', 21)
  const found = blame([verdict()], files.audit())
  expect(found).toMatchObject({ proven: 1 })
  expect(found.unproven).toEqual([expect.stringContaining('user0 = 2 lost')])
})

test('a transaction that nobody can read beyond is open', () => {
  const files = new Files()
  files.count(output, 1)
  files.count(changelog, 1)
  files.decided('abort', 10)
  files.marker(changelog, 'abort', 10)
  expect(blame([], files.audit())).toMatchObject({ open: true, proven: 0 })
})

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

function compactTopic(name: string, partition: number): Buffer {
  return Buffer.concat([
    Buffer.from([name.length + 1]),
    utf8(name),
    Buffer.from([2]),
    int32(partition),
    Buffer.from([0]),
  ])
}
