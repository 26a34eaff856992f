/**
 * A region's program as TypeScript lays it out in memory (src/kernel/wasm/program-image.ts): words in the order of these fields,
 * addresses where there are bytes or tables.
 */
import { makeFieldColumns } from './fields'

/** Formats of keys and values: a number from 0 is an exact length. */
export const ANY: i32 = -2
export const JSON: i32 = -1

/** Changelog modes. */
export const NO_CHANGELOG: i32 = 0
export const EACH: i32 = 1
export const COALESCED: i32 = 2

@unmanaged
export class Program {
  keyFormat: i32
  valueFormat: i32
  /** Number of field columns, and the tree of their paths (0: none, or values that are not JSON; fields are then absent). */
  fields: u32
  root: usize
  /** Wanted texts that bytes cannot decide: every record is read by JSON.parse. */
  allInexact: i32
  /** The column of the event time; -1: the record's own. */
  timeColumn: i32
  timeUnit: i32
  /** The filter's operations (0: none) and how many. */
  filter: usize
  filterLength: u32
  filterDepth: u32
  dropNullValues: i32
  windowed: i32
  changelog: i32
  /** 0: no output. */
  partitions: i32
  partitionByKey: i32
  /** The output key's parts, how many, and how many of them are the record key. */
  keyParts: usize
  keyPartsLength: u32
  /** Bytes that a key's parts take at most, the record key apart. */
  keyPartsSize: u32
  batchBytes: u32
  padding: u32
  sizeMs: f64
  graceMs: f64
  retentionMs: f64
  segmentMs: f64
}

export let program: Program = changetype<Program>(0)

/** Of the windows, as whole milliseconds. */
export let windowSize: i64 = 0
export let retention: i64 = 0
export let segmentSize: i64 = 1

export function setProgram(image: usize): void {
  program = changetype<Program>(image)
  windowSize = <i64>program.sizeMs
  retention = <i64>program.retentionMs
  segmentSize = <i64>program.segmentMs
  makeFieldColumns(program.fields)
}
