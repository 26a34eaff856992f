/** What a count emits: the output at each change, the changelog at each change or at the commit. */
import { BatchWriter, NO_HEADERS, openWriter, ROOM, writerAt } from './batch-writer'
import { copy, put32, put64 } from './bytes'
import { Entry } from './entry'
import { partitionFor } from './hash'
import { ledger } from './ledger'
import { buildOutputKey, makeOutputKey, outputKey } from './output-key'
import { COALESCED, EACH, NO_CHANGELOG, program } from './program'
import { emitted, markUncommitted, setEmitted, uncommitted } from './rows'

const COUNT_BYTES: i32 = 8
/** Behind the record key in a changelog's: window start int64 and sequence number int32, which is 0. */
const WINDOW_BYTES: i32 = 12

/** The changelog's writer; the output's are numbered from 0 by partition. */
let changelog: i32 = -1

export function makeEmit(): void {
  for (let i = 0; i < program.partitions; i++) openWriter(program.batchBytes)
  if (program.changelog != NO_CHANGELOG) changelog = openWriter(program.batchBytes)
  if (program.partitions) makeOutputKey()
}

/**
 * Changes a row's value and emits it: the output with the headers of the record that changed it, as Java does
 * (KStreamAggregate and KStreamWindowAggregate forward `record.withKey(...)`), the changelog without.
 * @returns the number of the writer that is full, nothing having changed, or -1.
 */
@inline
export function change(entry: Entry, count: i64, timestamp: i64, headers: usize, headersLength: i32): i32 {
  const each = program.changelog == EACH
  const partitions = program.partitions
  let keyLength = 0
  let partition = 0
  if (partitions) {
    keyLength = buildOutputKey(entry)
    if (partitions > 1)
      partition = program.partitionByKey
        ? partitionFor(entry.key, entry.keyLength, partitions)
        : partitionFor(outputKey, keyLength, partitions)
    if (!writerAt(partition).fits(ROOM + keyLength + COUNT_BYTES + headersLength)) return partition
  }
  if (each && !changelogFits(entry)) return changelog
  entry.count = count
  entry.timestamp = timestamp
  if (partitions) {
    const writer = writerAt(partition)
    const p = beginCount(writer, timestamp, keyLength, headersLength)
    copy(p, outputKey, keyLength)
    writer.finishInt64(p + keyLength, count, headers, headersLength)
  }
  if (each) log(entry)
  else if (program.changelog == COALESCED) markUncommitted(entry)
  return -1
}

/** Writes the changelog records that are due at the commit, but for the last `keep`. @returns as `change`. */
export function emit(keep: u32): i32 {
  const end = uncommitted.length > keep ? uncommitted.length - keep : 0
  for (let i = emitted; i < end; i++) {
    const entry = changetype<Entry>(uncommitted.at(i))
    if (!changelogFits(entry)) {
      setEmitted(i)
      return changelog
    }
    log(entry)
    entry.commit = 0 // the next change is due again
  }
  setEmitted(max(emitted, end))
  return -1
}

@inline
function changelogKeyLength(entry: Entry): i32 {
  return program.windowed ? entry.keyLength + WINDOW_BYTES : entry.keyLength
}

@inline
function changelogFits(entry: Entry): bool {
  return writerAt(changelog).fits(ROOM + changelogKeyLength(entry) + COUNT_BYTES + NO_HEADERS)
}

@inline
function log(entry: Entry): void {
  const writer = writerAt(changelog)
  const keyLength = entry.keyLength
  let p = beginCount(writer, entry.timestamp, changelogKeyLength(entry), NO_HEADERS)
  copy(p, entry.key, keyLength)
  p += keyLength
  if (program.windowed) {
    put64(p, entry.start)
    put32(p + 8, 0)
    p += WINDOW_BYTES
  }
  writer.finishInt64(p, entry.count, 0, NO_HEADERS)
}

@inline
function beginCount(writer: BatchWriter, timestamp: i64, keyLength: i32, headersLength: i32): usize {
  return writer.begin(writer.bodySize(timestamp, keyLength, COUNT_BYTES, headersLength), timestamp, keyLength)
}
