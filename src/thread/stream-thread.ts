import type { GroupAssignment } from '../assign/streams-assignor.ts'
import type { Fetcher, GroupMember } from '../client/client.ts'
import { abortable } from '../core/abortable.ts'
import { type ErrorCode, StreamsError } from '../core/errors.ts'
import { taskName } from '../core/task-id.ts'
import type { Metric } from '../metrics/metric.ts'
import type { StoreSize } from '../store/store-size.ts'
import { CommitCycle } from './commit-cycle.ts'
import { type Assigned, forgotten, GroupPlace } from './group-place.ts'
import { inputFetcher } from './input-fetcher.ts'
import { processSlice, sliceMs } from './process-slice.ts'
import type { MemoryShare } from './stream-thread-handle.ts'
import { streamsMember } from './streams-member.ts'
import { TaskManager } from './task-manager.ts'
import type { ThreadContext } from './thread-context.ts'
import { ThreadProducer } from './thread-producer.ts'
import { ThreadQueries } from './thread-queries.ts'
import { TopicWatch } from './topic-watch.ts'

/**
 * One member of the group with its own fetcher, producer and tasks. Everything a task does happens inside this loop:
 * rebalance, restore, process, commit.
 */
export class StreamThread {
  readonly name: string
  /** What it answers about the stores of its tasks. */
  readonly queries: ThreadQueries
  readonly #context: ThreadContext
  readonly #member: GroupMember
  readonly #group: GroupPlace
  readonly #fetcher: Fetcher
  readonly #tasks: TaskManager
  readonly #topics: TopicWatch
  readonly #commits: CommitCycle
  readonly #stopSignal = new AbortController()
  readonly #producer: ThreadProducer
  #stopping = false
  #leaveGroup: boolean
  #paused = false
  /** Of the whole application (KIP-671). */
  #shutdown: 'requested' | 'told' | undefined
  /** Tasks that other threads of the process had before the last join. */
  #elsewhere: ReadonlySet<string> = new Set()
  #failure: unknown
  #cacheBytes: number

  constructor(context: ThreadContext) {
    const { clock, groupInstanceId } = context
    this.name = context.name
    this.#context = context
    this.#cacheBytes = context.options.cacheMaxBytes
    this.#producer = new ThreadProducer(context)
    this.#fetcher = inputFetcher(context)
    this.#member = streamsMember(context, () => this.#subscription())
    this.#leaveGroup = groupInstanceId === undefined
    this.#group = new GroupPlace({ member: this.#member, clock, onChange: () => this.#fetcher.wake() })
    this.#tasks = new TaskManager(context, this.#fetcher)
    this.queries = new ThreadQueries(this.#tasks, clock)
    this.#topics = new TopicWatch(context, () => this.#rejoin())
    this.#commits = new CommitCycle({
      context,
      tasks: this.#tasks,
      group: this.#group,
      fail: (error) => this.fail(error),
    })
  }

  /** How many tasks the subtopologies have of which some run here, by id. */
  get partitions(): ReadonlyMap<number, number> {
    return new Map([...this.#tasks.active].map(({ id, partitions }) => [id.subtopology, partitions]))
  }

  /** Of the thread, its tasks and their stores, as they are now. */
  metrics(): readonly Metric[] {
    return this.#context.meters.snapshot()
  }

  /** What the last rebalance said of the whole group. */
  get assignment(): GroupAssignment | undefined {
    return this.#tasks.assignment
  }

  /** Runs until `stop` or until something goes wrong that no retry mends; then it has closed its tasks. */
  async run(): Promise<void> {
    try {
      await this.#guarded(() => abortable(this.#producer.init(), this.#stopSignal.signal))
      while (!this.#stopping) await this.#guarded(() => this.#turn())
      await this.#guarded(() => this.#finish())
    } catch (error) {
      await this.#producer.end()
      throw error
    } finally {
      this.#group.stop(new StreamsError('lifecycle', 'the stream thread ended'))
      try {
        await this.#tasks.close(this.#tasks.all, false)
        await this.#tasks.end()
      } finally {
        await this.#leave()
      }
    }
  }

  /** Asks the thread to commit, close its tasks and end. @param leaveGroup by default a static member stays. */
  stop(leaveGroup: boolean = this.#leaveGroup): void {
    this.#leaveGroup = leaveGroup
    this.#stopping = true
    this.#fetcher.wake()
    this.#stopSignal.abort()
    this.#group.stop(this.#stopSignal.signal.reason)
  }

  /** No record is processed until `resume`; the thread stays a member of the group. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#fetcher.wake()
  }

  /** Asks all instances of the application to shut down, through the group (KIP-671). */
  requestShutdown(): void {
    this.#shutdown = 'requested'
    this.#rejoin()
  }

  storeSizes(): readonly StoreSize[] {
    return this.#tasks.storeSizes()
  }

  setMemory({ state, cache }: MemoryShare): void {
    this.#tasks.setStateMemory(state)
    this.#cacheBytes = cache
  }

  /** Something that nobody waits for went wrong: the next turn throws it. */
  fail(error: unknown): void {
    this.#failure ??= error
    this.#fetcher.wake()
  }

  #rejoin(): void {
    this.#group.rejoinAt(0)
    this.#fetcher.wake()
  }

  #subscription(): Uint8Array {
    // Out of the group, what it had may be others' by now: it will be given up.
    const holdings = this.#member.lost ? nothing : this.#tasks.holdings
    if (this.#shutdown) this.#shutdown = 'told'
    return this.#context.assignor.subscription({
      ...holdings,
      elsewhere: this.#elsewhere,
      shutdownRequested: this.#shutdown !== undefined,
    })
  }

  async #finish(): Promise<void> {
    await this.#commit()
    await this.#tasks.close(this.#tasks.all, true)
  }

  async #turn(): Promise<void> {
    this.#context.pulse.turned()
    if (this.#failure !== undefined) throw this.#failure
    await this.#followGroup()
    await this.#tasks.open(this.#producer.current)
    await this.#restore()
    await this.#poll()
    await this.#process()
    if (!this.#paused) for (const task of this.#tasks.active) task.punctuate()
    await this.#context.clock.turn()
    if (this.#commits.due) await this.#commit()
    this.#context.meters.turned(this.#tasks.restoring)
  }

  async #poll(): Promise<void> {
    const { clock, meters } = this.#context
    const start = clock.monotonic()
    const fetched = await this.#fetcher.poll(this.#busy ? 0 : this.#msToWait())
    meters.polled(start, fetched)
    for (const stretch of fetched) this.#tasks.active.deliver(stretch)
  }

  get #busy(): boolean {
    if (this.#group.due || this.#tasks.restoreReady) return true
    // Full, it has to commit, unless the group has forgotten it.
    return !this.#paused && (this.#tasks.full ? this.#commits.due : this.#tasks.active.ready)
  }

  async #process(): Promise<void> {
    if (!this.#paused) {
      // Here, where what it lets go belongs to the next commit.
      this.#context.cache?.resize(this.#cacheBytes)
      processSlice(this.#context, this.#tasks)
    }
    await this.#producer.admit()
  }

  /** Until there is something to do without new records. */
  #msToWait(): number {
    const { clock, options } = this.#context
    const { active } = this.#tasks
    const next = Math.min(
      this.#commits.msToNext,
      Math.max(0, active.nextPunctuation - clock.now()),
      this.#tasks.msToRetry,
    )
    // A partition that has nothing is waited for no longer than this.
    return options.maxTaskIdleMs > 0 && active.pending ? Math.min(next, options.maxTaskIdleMs) : next
  }

  #commit(): Promise<void> {
    return this.#commits.run(this.#producer.current)
  }

  /** Begins to join when that is due, and does what the answer says. */
  async #followGroup(): Promise<void> {
    this.#topics.look()
    const joined = this.#group.take()
    if (joined) await this.#assigned(joined)
    else if (this.#group.due) {
      this.#context.onState('rebalancing')
      if (this.#member.lost) {
        // What was assigned may be others' by now: it is not opened again.
        this.#tasks.forget()
        await this.#beginAnew(forgotten())
      } else await this.#commit()
      await abortable(this.#topics.refresh(), this.#stopSignal.signal)
      this.#elsewhere = new Set(await this.#context.locks.elsewhere())
      this.#group.join()
    }
  }

  async #assigned({ assignment, continuous }: Assigned): Promise<void> {
    // While this member was out of the group, its tasks may have moved on without it.
    if (!continuous && this.#tasks.all.length > 0) await this.#beginAnew(forgotten())
    const next = this.#context.assignor.assignment(assignment)
    const revoked = this.#tasks.assign(next)
    // Others may take what was given up only when all know that it was.
    const stay = new Set(next.tasks.map(taskName))
    const givesUp = revoked.some(({ name }) => !stay.has(name))
    this.#group.rejoinAt(
      givesUp || this.#topics.changed || this.#shutdown === 'requested' ? 0 : next.nextRebalanceMs,
    )
    if (revoked.length > 0) {
      await this.#commit()
      await this.#tasks.close(revoked, true)
    }
    const assigned = next.tasks.map(taskName)
    this.#context.hooks.emit('tasks', { thread: this.name, assigned, standby: next.standbys.map(taskName) })
  }

  /** A slice of the changelogs; when every task is complete, the thread runs. */
  async #restore(): Promise<void> {
    try {
      if (!this.#paused) this.#tasks.restore(this.#context.clock.monotonic() + sliceMs)
      await this.#tasks.readLimits()
    } catch (error) {
      if (!StreamsError.is(error, 'offset-out-of-range')) throw error
      await this.#tasks.reopenRestoring()
    }
    if (this.#tasks.ready && !this.#group.joining && !this.#group.due) this.#context.onState('running')
  }

  /** Runs a step of the loop; what can be mended by beginning anew from the last commit is. */
  async #guarded(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      if (this.#stopping && this.#stopSignal.signal.aborted && error === this.#stopSignal.signal.reason)
        return
      if (!recoverable.some((code) => StreamsError.is(error, code))) throw error
      const cause = error as StreamsError
      await this.#beginAnew(cause)
      if (cause.code === 'fenced') this.#group.rejoinAt(0)
    }
  }

  /** Throws away all that was not committed: the same path as a crash. */
  async #beginAnew(error: StreamsError): Promise<void> {
    this.#context.logger.warn({ thread: this.name, code: error.code }, `beginning anew: ${error.message}`)
    this.#context.hooks.emit('aborted', { thread: this.name, error })
    await this.#tasks.closeDirty()
    await this.#producer.abort()
  }

  /** All is committed or given up by now: a group that does not hear of it costs the others a session, no more. */
  async #leave(): Promise<void> {
    await this.#fetcher.close()
    try {
      if (this.#leaveGroup) await this.#member.leave('the stream thread ended')
    } catch (err) {
      this.#context.logger.warn({ thread: this.name, err }, 'the group was left without its knowledge')
    }
    this.#member.stop()
    await this.#producer.close()
  }
}

const nothing = { running: [], offsetSums: new Map<string, number>(), owned: [] }
const recoverable: readonly ErrorCode[] = ['transaction-aborted', 'fenced']
