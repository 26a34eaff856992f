/** Makes the kernel run a program, once. */
import { makeAggregate } from './aggregate'
import { makeCheck } from './check'
import { makeEmit } from './emit'
import { makeFilter } from './filter'
import { setProgram } from './program'
import { findOrOpen } from './segments'
import { makeWindow } from './window'

/** @param image where TypeScript has laid out the program. */
export function openRegion(image: usize): void {
  setProgram(image)
  makeCheck()
  makeFilter()
  makeWindow()
  makeAggregate()
  makeEmit()
}

/** A segment that has rows on disk. */
export function setDiskSegment(id: f64): void {
  findOrOpen(<i64>id).complete = false
}
