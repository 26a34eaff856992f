import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '../client/client.ts'
import type { Logger } from '../core/logger.ts'
import { writeDurably } from '../store/durable-file.ts'

export interface ProcessMembersParts {
  /** Of the process's state, which it has locked: who wrote the file before is dead. */
  readonly directory: string
  readonly groupId: string
  readonly client: Client
  readonly logger: Logger
}

const fileName = 'group-members.json'

/**
 * The members that this process has in the group, remembered on disk. A process that is killed leaves them behind, and
 * the group would wait for their sessions: the next process of the same state directory takes them out at once. (Java
 * waits. Static members need none of this, since a successor has their name.)
 */
export class ProcessMembers {
  readonly #parts: ProcessMembersParts
  readonly #path: string
  /** By the number of the thread. */
  readonly #members = new Map<number, string>()

  constructor(parts: ProcessMembersParts) {
    this.#parts = parts
    this.#path = join(parts.directory, fileName)
  }

  /** Takes out what a process before this one left behind. Never rejects: at worst the group waits for it. */
  async removeLeftBehind(): Promise<void> {
    const left = readMembers(this.#path)
    await Promise.all(left.map((memberId) => this.remove(memberId, 'its process is gone')))
    if (left.length > 0) this.#write()
  }

  /** The group knows a thread by this id. */
  joined(thread: number, memberId: string): void {
    if (memberId === '' || this.#members.get(thread) === memberId) return
    this.#members.set(thread, memberId)
    this.#write()
  }

  /** The thread is no member any more. */
  left(thread: number): void {
    if (this.#members.delete(thread)) this.#write()
  }

  /** Of somebody who cannot leave by itself. Never rejects. */
  async remove(memberId: string, reason: string): Promise<void> {
    const { client, groupId, logger } = this.#parts
    try {
      await client.removeMember(groupId, memberId, reason)
    } catch (err) {
      logger.warn({ memberId, err }, `${reason}: the group waits for its session to end`)
    }
  }

  #write(): void {
    try {
      writeDurably(this.#path, JSON.stringify([...this.#members.values()]))
    } catch (err) {
      this.#parts.logger.warn({ err }, `${this.#path} cannot be written: a successor may wait for sessions`)
    }
  }
}

/** What cannot be read costs a session. */
function readMembers(path: string): readonly string[] {
  try {
    const members: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return Array.isArray(members) ? members.filter((member) => typeof member === 'string') : []
  } catch {
    return []
  }
}
