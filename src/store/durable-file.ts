import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a small file so that it is there with all of its text or not at all, also after a power failure. */
export function writeDurably(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  const file = openSync(temporary, 'w')
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
  syncDirectory(dirname(path))
}

export function removeDurably(path: string): void {
  rmSync(path, { force: true })
  syncDirectory(dirname(path))
}

function syncDirectory(path: string): void {
  if (process.platform === 'win32') return // directories cannot be opened there
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
