import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoreTask } from '../store/store-directory.ts'

/** Where stores of a test may keep files: under the system's temporary directory, made when the first asks. */
export class TestDirectory {
  readonly #applicationId: string
  #path: string | undefined

  constructor(applicationId: string) {
    this.#applicationId = applicationId
  }

  /** A task, as its stores know it. */
  task(taskId: string, partition: number): StoreTask {
    return {
      applicationId: this.#applicationId,
      taskId,
      partition,
      directory: () => join(this.#open(), taskId),
    }
  }

  remove(): void {
    if (this.#path !== undefined) rmSync(this.#path, { recursive: true, force: true })
    this.#path = undefined
  }

  #open(): string {
    this.#path ??= mkdtempSync(join(tmpdir(), 'millrace-test-'))
    return this.#path
  }
}
