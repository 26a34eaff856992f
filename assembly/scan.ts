/** Rows that the disk may not have yet, as a query over many rows sees them. Nothing changes. */
import { makeSpace, packedPlace, packRow, rowSize } from './checkpoint'
import { Entry } from './entry'
import { ledger } from './ledger'
import { first } from './segments'
import { Segment } from './table'

/** The segment being read, and how many of its rows have been. */
let scanned: usize = 0
let scannedRows: u32 = 0

export function beginScan(): void {
  scanned = 0
}

/** Goes on to the next segment that has such rows. @returns its number, -1 at the end. */
export function nextScanSegment(): f64 {
  scannedRows = 0
  scanned = scanned ? changetype<Segment>(scanned).next : first
  for (; scanned; scanned = changetype<Segment>(scanned).next) {
    const segment = changetype<Segment>(scanned)
    if (segment.changed.length || segment.inFlight.length) return <f64>segment.id
  }
  return -1
}

/** Packs the next rows as core/packed-rows at `packedPlace`; one may come twice, as it is now. @returns how many bytes, 0 at the end. */
export function scanRows(): u32 {
  const segment = changetype<Segment>(scanned)
  const changed = segment.changed.length
  const all = changed + segment.inFlight.length
  let size: usize = 0
  while (scannedRows < all) {
    const at =
      scannedRows < changed
        ? segment.changed.at(scannedRows)
        : segment.inFlight.at(scannedRows - changed)
    const entry = changetype<Entry>(at)
    if (!makeSpace(size, rowSize(entry))) return <u32>size
    size += packRow(packedPlace() + size, entry)
    scannedRows++
  }
  return <u32>size
}

/** The latest window start put, -1 before the first: what expires depends on it. */
export function getStoreTime(): f64 {
  return <f64>ledger.storeTime
}
