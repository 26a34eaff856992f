import { noHeaders } from '../core/record.ts'
import { taskName } from '../core/task-id.ts'
import type { Clock } from '../core/time/clock.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import { isOnDisk } from '../plan/store-spec.ts'
import { PageReader } from '../task/page-reader.ts'
import type { QueriedStore } from '../task/queried-store.ts'
import { buildStateStore } from '../task/state-store-builder.ts'
import type { StoreReply, StoreRequest } from '../task/store-question.ts'
import { wrong } from '../task/store-scans.ts'
import type { StreamTask } from '../task/stream-task.ts'
import type { TaskSet } from '../task/task-set.ts'

/** How far a store of a task has its changelog. */
export interface StorePosition extends TopicPartition {
  readonly store: string
  /** The task runs, or will when it is restored; otherwise it is a standby. */
  readonly active: boolean
  /** It is complete, and moves on with every commit. */
  readonly restored: boolean
  /** Offset of the first record of the changelog that the store does not hold. */
  readonly position: number
}

interface CheckpointView {
  readonly committedAtMs: number
  readonly stores: Map<string, QueriedStore>
}

/** What a stream thread answers about the stores of its tasks. */
export class ThreadQueries {
  readonly #tasks: { readonly active: TaskSet; readonly standby: TaskSet }
  readonly #clock: Clock
  readonly #pages: PageReader
  readonly #checkpoints = new WeakMap<StreamTask, CheckpointView>()

  constructor(tasks: { readonly active: TaskSet; readonly standby: TaskSet }, clock: Clock) {
    this.#tasks = tasks
    this.#clock = clock
    this.#pages = new PageReader(clock)
  }

  /** Reads a page, within a slice. @throws StreamsError `query-unsupported` */
  read(request: StoreRequest): StoreReply {
    const { task: id, store, stale, isolation } = request
    const active = id && this.#tasks.active.get(id)
    const task = active ?? (stale && id ? this.#tasks.standby.get(id) : undefined)
    const found = task?.stores.get(store)
    if (!task || !found) return { here: false, restoring: false }
    const complete = task === active && task.restored
    if (!complete && !stale) return { here: false, restoring: true }
    const lag = complete ? undefined : behind(task, store)
    if (isolation === 'latest') {
      const page = this.#pages.read(found.queried, request)
      return { here: true, ...page, checkpointMs: undefined, lag }
    }
    const checkpoint = this.#checkpoint(task)
    if (!checkpoint) return { here: false, restoring: true }
    const page = this.#pages.read(this.#asOf(checkpoint, task, found.queried), request)
    return { here: true, ...page, checkpointMs: checkpoint.committedAtMs, lag }
  }

  positions(): readonly StorePosition[] {
    const of = (task: StreamTask, active: boolean): readonly StorePosition[] =>
      task.changelogs.map(({ store, topic, partition, next }) => {
        return { store, topic, partition, active, restored: active && task.restored, position: next }
      })
    return [
      ...[...this.#tasks.active].flatMap((task) => of(task, true)),
      ...[...this.#tasks.standby].flatMap((task) => of(task, false)),
    ]
  }

  #checkpoint(task: StreamTask): CheckpointView | undefined {
    const { committedAtMs } = task.state
    if (committedAtMs === undefined) return undefined
    const known = this.#checkpoints.get(task)
    if (known?.committedAtMs === committedAtMs) return known
    const view = { committedAtMs, stores: new Map<string, QueriedStore>() }
    this.#checkpoints.set(task, view)
    return view
  }

  /** The store as its rows on disk have it: the same store, with nothing over them. */
  #asOf({ stores }: CheckpointView, task: StreamTask, { spec }: QueriedStore): QueriedStore {
    const known = stores.get(spec.name)
    if (known) return known
    if (!isOnDisk(spec) || spec.kind === 'custom') throw wrong(spec, 'no checkpoint has its rows')
    const store = buildStateStore(spec, {
      bytes: task.state.bytes,
      record: { metadata: undefined, timestamp: -1, headers: noHeaders },
      changelog: undefined,
      cache: undefined,
      clock: this.#clock,
      task: {
        applicationId: '',
        taskId: taskName(task.id),
        partition: task.id.partition,
        directory: () => {
          throw wrong(spec, 'a query makes no directories')
        },
      },
    })
    stores.set(spec.name, store)
    return store
  }
}

function behind({ changelogs }: StreamTask, store: string): number {
  const changelog = changelogs.find((one) => one.store === store)
  return changelog ? Math.max(0, changelog.end - changelog.next) : 0
}
