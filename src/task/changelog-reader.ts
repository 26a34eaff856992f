import type { Client, Fetched, Fetcher } from '../client/client.ts'
import type { ResolvedConsumerOptions } from '../core/client-options.ts'
import type { Hooks } from '../core/hooks.ts'
import type { Clock } from '../core/time/clock.ts'
import { topicPartitionName } from '../core/topic-partition.ts'
import type { Changelog } from './changelog.ts'
import { ChangelogProgress } from './changelog-progress.ts'
import { fetchLimits } from './fetch-limits.ts'
import type { StreamTask } from './stream-task.ts'
import type { TaskTimeout } from './task-timeout.ts'

export interface ChangelogReaderContext {
  readonly client: Client
  readonly clock: Clock
  readonly hooks: Hooks
  readonly taskTimeout: TaskTimeout
  readonly consumer: ResolvedConsumerOptions
  readonly groupId: string
  /** There is something to apply, or something went wrong: `apply` is to be called. */
  onArrival(): void
}

/** A poll that finds nothing lasts this long, ms; nothing waits for it. */
const pollMs = 500
/** Between two looks at how far the others have processed a source topic that standbys read, ms. */
const limitsMs = 1000

/**
 * Brings the stores of tasks up to date from their changelogs, all partitions in parallel, in slices between which the
 * thread does its other work (Java's StoreChangelogReader and DefaultStateUpdater). A task that is to run is complete
 * where its changelogs ended when it was opened. That end counts records whose transaction marker has not arrived yet:
 * reading committed data only, up to it, waits for the marker instead of missing the transaction (KAFKA-10167).
 * A standby goes on for ever, and waits while tasks that are to run are behind.
 */
export class ChangelogReader {
  readonly #context: ChangelogReaderContext
  readonly #followed = new Map<string, Followed>()
  #fetcher: Fetcher | undefined
  #polling = false
  #arrived: Fetched[] = []
  #failure: unknown
  /** A task's rows go to disk, since they fill its memory. */
  #checkpoint: Promise<void> | undefined
  #limitsRead = 0

  constructor(context: ChangelogReaderContext) {
    this.#context = context
  }

  /** Begins with a task's changelogs where its checkpoint ends. @returns whether it is complete already. */
  add(task: StreamTask, standby: boolean): boolean {
    for (const changelog of task.changelogs) {
      if (!standby && changelog.next >= changelog.end) continue
      const progress = new ChangelogProgress(task, changelog, standby, this.#context)
      this.#followed.set(nameOf(changelog), { task, changelog, standby, progress })
      this.#reading().add(changelog, changelog.next)
    }
    this.#arrange()
    this.#poll()
    return !standby && isComplete(task)
  }

  /** The task is closed, here or for good. */
  remove(task: StreamTask): void {
    for (const [name, { changelog, progress, ...followed }] of this.#followed) {
      if (followed.task !== task) continue
      progress.suspended()
      this.#forget(name, changelog)
    }
    this.#arrange()
  }

  /** Something can be applied now. */
  get ready(): boolean {
    return this.#failure !== undefined || (this.#arrived.length > 0 && !this.#checkpoint)
  }

  /** Some task that is to run is not complete. */
  get restoring(): boolean {
    for (const { standby } of this.#followed.values()) if (!standby) return true
    return false
  }

  /**
   * Applies what has arrived until `deadline` (monotonic, ms), one stretch at least.
   * @returns tasks whose stores are complete now.
   * @throws StreamsError `offset-out-of-range` if the broker deleted what was to be read; `disk-full` ...
   */
  apply(deadline: number): readonly StreamTask[] {
    if (this.#failure !== undefined) throw this.#failure
    const complete: StreamTask[] = []
    while (this.#arrived.length > 0 && !this.#checkpoint) {
      const task = this.#applyOne(this.#arrived.shift()!)
      if (task) complete.push(task)
      if (this.#context.clock.monotonic() >= deadline) break
    }
    if (complete.length > 0) this.#arrange()
    this.#poll()
    return complete
  }

  /** Looks how far source topics in place of changelogs may be read by now. */
  async readLimits(): Promise<void> {
    const { client, clock, groupId, taskTimeout } = this.#context
    const sources = [...this.#followed.values()].filter(isSourceStandby)
    if (sources.length === 0 || clock.monotonic() - this.#limitsRead < limitsMs) return
    this.#limitsRead = clock.monotonic()
    const partitions = sources.map(({ changelog: { topic, partition } }) => ({ topic, partition }))
    const committed = await taskTimeout.run('to read how far standbys may go', () =>
      client.committedOffsets(groupId, partitions),
    )
    for (const { offset, ...partition } of committed) {
      const followed = this.#followed.get(nameOf(partition))
      if (followed) followed.changelog.end = Math.max(followed.changelog.end, offset)
    }
    this.#arrange()
  }

  /** Forgets all tasks. */
  async close(): Promise<void> {
    const fetcher = this.#fetcher
    this.#fetcher = undefined
    this.#followed.clear()
    for (const stretch of this.#arrived.splice(0)) stretch.release()
    this.#failure = undefined
    await fetcher?.close()
  }

  #applyOne(stretch: Fetched): StreamTask | undefined {
    const name = nameOf(stretch)
    const followed = this.#followed.get(name)
    if (!followed || followed.changelog.next !== stretch.offset) {
      stretch.release()
      if (followed) this.#readAnew(followed.changelog)
      return undefined
    }
    const { task, changelog, standby, progress } = followed
    const { lastStableOffset, nextOffset } = stretch
    progress.read(task.restore(changelog, stretch), changelog.isSource ? changelog.end : lastStableOffset)
    if (changelog.next < nextOffset && standby) this.#reading().add(changelog, changelog.next)
    this.#keepWithinMemory(task)
    if (standby || changelog.next < changelog.end) {
      if (changelog.isSource) this.#arrange()
      return undefined
    }
    progress.done()
    this.#forget(name, changelog)
    return isComplete(task) ? task : undefined
  }

  #keepWithinMemory(task: StreamTask): void {
    const checkpoint = task.keepWithinMemory()
    if (!checkpoint) return
    this.#checkpoint = checkpoint
      .catch((error: unknown) => {
        this.#failure ??= error
      })
      .finally(() => {
        this.#checkpoint = undefined
        this.#context.onArrival()
      })
  }

  /**
   * The task was opened anew meanwhile. What had arrived for it before fits where it begins, or does not; either way
   * the fetcher may be elsewhere than the task.
   */
  #readAnew(changelog: Changelog): void {
    this.#reading().add(changelog, changelog.next)
    this.#arrange()
  }

  #forget(name: string, changelog: Changelog): void {
    this.#followed.delete(name)
    this.#fetcher?.remove(changelog)
  }

  /** Standbys wait for those that are to run, and at the limit of a source topic. */
  #arrange(): void {
    const { restoring } = this
    for (const { changelog, standby } of this.#followed.values()) {
      if (!standby) continue
      if (restoring || (changelog.isSource && changelog.next >= changelog.end))
        this.#fetcher?.pause(changelog)
      else this.#fetcher?.resume(changelog)
    }
  }

  #reading(): Fetcher {
    this.#fetcher ??= this.#context.client.fetcher({
      isolation: 'read_committed',
      ...fetchLimits(this.#context.consumer),
      offsetReset: 'none',
    })
    return this.#fetcher
  }

  /** One poll at a time; the next when all that it brought is applied. */
  #poll(): void {
    const fetcher = this.#fetcher
    if (!fetcher || this.#polling || this.#arrived.length > 0 || this.#followed.size === 0) return
    this.#polling = true
    fetcher
      .poll(pollMs)
      .then(
        (stretches) => this.#arrive(fetcher, stretches),
        (error: unknown) => {
          if (fetcher === this.#fetcher) this.#failure ??= error
        },
      )
      .finally(() => {
        this.#polling = false
        if (this.ready) this.#context.onArrival()
        else this.#poll()
      })
  }

  #arrive(fetcher: Fetcher, stretches: readonly Fetched[]): void {
    if (fetcher === this.#fetcher) this.#arrived.push(...stretches)
    else for (const stretch of stretches) stretch.release()
  }
}

interface Followed {
  readonly task: StreamTask
  readonly changelog: Changelog
  readonly standby: boolean
  readonly progress: ChangelogProgress
}

function isSourceStandby({ changelog, standby }: Followed): boolean {
  return standby && changelog.isSource
}

function isComplete({ changelogs }: StreamTask): boolean {
  return changelogs.every(({ next, end }) => next >= end)
}

function nameOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return topicPartitionName(topic, partition)
}
