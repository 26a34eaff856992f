import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { StreamsError } from '../core/errors.ts'
import { noHeaders } from '../core/record.ts'
import { systemClock } from '../core/time/clock.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import { readBootId } from '../store/boot-id.ts'
import type { ByteStore } from '../store/byte-store.ts'
import { type Checkpoint, checkpointKey, checkpointSpace, decodeCheckpoint } from '../store/checkpoint.ts'
import { openLmdbStore } from '../store/lmdb-store.ts'
import type { StoreTask } from '../store/store-directory.ts'
import { readUnclean } from '../store/task-marks.ts'
import type { BuiltStore } from '../task/built-store.ts'
import { buildStateStore } from '../task/state-store-builder.ts'
import { type Arguments, clusterOptions, type Options } from './arguments.ts'
import { UsageError } from './command.ts'
import { statePathOf } from './config.ts'

export const stateOptions: Options = {
  'application-id': { type: 'string', value: 'ID', help: 'whose state' },
  'state-dir': {
    type: 'string',
    value: 'DIR',
    help: `its stateDir (default ${join('<tmpdir>', 'kafka-streams')})`,
  },
  config: clusterOptions['config']!,
}

/** The local state of one application on this machine, opened for reading beside a process that may be running. */
export class LocalState {
  /** `<stateDir>/<application id>`. */
  readonly path: string

  /** @throws UsageError if there is none. */
  constructor(args: Arguments) {
    this.path = statePathOf(args)
    if (!existsSync(this.path)) throw new UsageError(`there is no local state in ${this.path}`)
  }

  /** Names of the tasks that have state here, `global` among them, in order. */
  tasks(): readonly string[] {
    return readdirSync(this.path)
      .filter((name) => /^(?:\d+_\d+|global)$/.test(name) && existsSync(join(this.path, name, 'data.mdb')))
      .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  }

  /** State that could not be used, by name of its directory: the reason. */
  setAside(): ReadonlyMap<string, string> {
    const names = readdirSync(this.path).filter((name) => name.includes('.set-aside-'))
    return new Map(names.map((name) => [name, textOf(join(this.path, name, 'reason.txt')) ?? 'unknown']))
  }

  /** The process that holds the directory, or held it when it died. */
  get holder(): number | undefined {
    try {
      const { pid } = JSON.parse(textOf(join(this.path, '.lock')) ?? '{}') as { readonly pid?: unknown }
      return typeof pid === 'number' ? pid : undefined
    } catch {
      return undefined // being written, or cut off
    }
  }

  /**
   * @throws StreamsError `state-unreadable` if it is damaged, or may be: the machine has started anew since it was
   * written and not synced.
   */
  open(task: string): TaskRows {
    const directory = join(this.path, task)
    const unclean = readUnclean(directory)
    if (unclean !== undefined && unclean !== readBootId())
      throw new StreamsError(
        'state-unreadable',
        `${directory} was not closed before the machine started anew: the application will set it aside`,
      )
    return new TaskRows(directory, openLmdbStore(directory, { readOnly: true, mapSizeBytes }))
  }
}

/** Address space, as an application has it by default: the file may be larger. */
const mapSizeBytes = 16 * 2 ** 30

/** What one task has on disk. */
export class TaskRows implements AsyncDisposable {
  readonly task: string
  readonly bytes: ByteStore
  readonly #owner: Omit<StoreTask, 'directory'> & { readonly path: string }

  /** @param path of the task's directory. */
  constructor(path: string, bytes: ByteStore) {
    this.task = basename(path)
    this.bytes = bytes
    const partition = Number(this.task.split('_')[1] ?? 0)
    this.#owner = { applicationId: basename(dirname(path)), taskId: this.task, partition, path }
  }

  /** undefined: nothing was written yet. */
  get checkpoint(): Checkpoint | 'malformed' | undefined {
    const row = this.bytes.get(checkpointSpace, checkpointKey)
    return row && decodeCheckpoint(row)
  }

  /** A store over the rows as they are: it reads as in the application, and nothing is ever written. */
  store(spec: StoreSpec): BuiltStore {
    return buildStateStore(spec, {
      bytes: this.bytes,
      record: { metadata: undefined, timestamp: 0, headers: noHeaders },
      changelog: undefined,
      cache: undefined,
      clock: systemClock,
      task: { ...this.#owner, directory: () => this.#owner.path },
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.bytes.close()
  }
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}
