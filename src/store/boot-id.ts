import { readFileSync } from 'node:fs'

/** Stands for a boot that cannot be told from others: what was not synced is then not trusted. */
export const unknownBoot = 'unknown'

/** Differs after every start of the machine's kernel. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return unknownBoot // not Linux
  }
}
