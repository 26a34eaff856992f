import type { GroupAssignment } from '../assign/streams-assignor.ts'
import type { Client, Fetcher, GroupMember, Producer } from '../client/client.ts'
import { abortable } from '../core/abortable.ts'
import { type ErrorCode, StreamsError } from '../core/errors.ts'
import { taskName } from '../core/task-id.ts'
import { commitTasks } from '../task/commit.ts'
import { restoreTasks } from '../task/restore.ts'
import type { StreamTask } from '../task/stream-task.ts'
import type { TaskOpener } from '../task/task-opener.ts'
import { TaskSet } from '../task/task-set.ts'
import { endTransaction } from './end-transaction.ts'
import { RepartitionTopics } from './repartition-topics.ts'
import type { ThreadContext } from './thread-context.ts'

/**
 * Records are processed for about this long between turns of the event loop, ms. Short: fetched data is read from the
 * socket only in those turns, and what its buffer holds does not last long (10 ms cost a fifth of the rate).
 */
const sliceMs = 5
/** Bytes that may wait for the broker's acknowledgement before processing pauses. */
const maxPendingBytes = 32 * 2 ** 20

/**
 * One member of the group with its own fetcher, producer and tasks. Everything a task does happens inside this loop:
 * rebalance, restore, process, commit.
 */
export class StreamThread {
  readonly name: string
  readonly #context: ThreadContext
  readonly #client: Client
  readonly #member: GroupMember
  readonly #fetcher: Fetcher
  readonly #opener: TaskOpener
  #producer: Producer
  readonly #tasks = new TaskSet()
  #assignment: GroupAssignment | undefined
  #stopping = false
  readonly #stopSignal = new AbortController()
  #failure: unknown
  readonly #repartitionTopics: RepartitionTopics
  #lastCommit: number
  #lastCheckpoint: number

  constructor(context: ThreadContext) {
    const { client, options, clock } = context
    this.name = context.name
    this.#context = context
    this.#client = client
    this.#producer = this.#newProducer()
    this.#fetcher = client.fetcher({
      isolation: 'read_committed',
      partitionBytes: 2 ** 20,
      bufferBytes: 8 * 2 ** 20,
      offsetReset: options.offsetReset,
    })
    this.#member = client.group({
      groupId: options.applicationId,
      protocolName: 'stream',
      sessionTimeoutMs: options.sessionTimeoutMs,
      rebalanceTimeoutMs: options.rebalanceTimeoutMs,
      heartbeatIntervalMs: options.heartbeatIntervalMs,
      metadata: () => context.assignor.subscription(this.#tasks.names),
      assign: (members) => context.assignor.assign(members),
    })
    this.#member.onRejoin = () => this.#fetcher.wake()
    this.#opener = context.opener
    this.#repartitionTopics = new RepartitionTopics(context)
    this.#lastCommit = clock.monotonic()
    this.#lastCheckpoint = this.#lastCommit
  }

  /** Tasks this thread runs at the moment, for queries. */
  get tasks(): TaskSet {
    return this.#tasks
  }

  /** What the last rebalance said of the whole group. */
  get assignment(): GroupAssignment | undefined {
    return this.#assignment
  }

  /** Runs until `stop` or until something goes wrong that no retry mends; then it has closed its tasks. */
  async run(): Promise<void> {
    try {
      await this.#guarded(() => abortable(this.#producer.init(), this.#stopSignal.signal))
      while (!this.#stopping) await this.#guarded(() => this.#turn())
      await this.#guarded(() => this.#finish())
    } catch (error) {
      await endTransaction(this.#producer, this.#context)
      throw error
    } finally {
      await this.#closeTasks([...this.#tasks], false)
      await this.#leave()
    }
  }

  /** Asks the thread to commit, close its tasks and end. */
  stop(): void {
    this.#stopping = true
    this.#fetcher.wake()
    this.#stopSignal.abort()
  }

  async #finish(): Promise<void> {
    await this.#commit()
    await this.#closeTasks([...this.#tasks], true)
  }

  async #turn(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#member.rejoin || !this.#assignment) await this.#rebalance()
    else if (this.#tasks.size < this.#assignment.tasks.length) await this.#openTasks()
    if (!(await this.#restore())) return
    const fetched = await this.#fetcher.poll(this.#tasks.ready ? 0 : this.#msToWait())
    for (const stretch of fetched) this.#tasks.deliver(stretch)
    await this.#process()
    for (const task of this.#tasks) task.punctuate()
    await this.#context.clock.turn()
    if (this.#msToCommit() <= 0 || this.#full() || this.#tasks.commitRequested) await this.#commit()
  }

  /** Something that nobody waits for went wrong: the next turn throws it. */
  fail(error: unknown): void {
    this.#failure ??= error
    this.#fetcher.wake()
  }

  /** Takes records through the tasks, in turn, for one slice, or until memory asks for a checkpoint. */
  async #process(): Promise<void> {
    const { clock } = this.#context
    const end = clock.monotonic() + sliceMs
    for (let worked = true; worked && clock.monotonic() < end && !this.#full(); ) {
      worked = false
      for (const task of this.#tasks) {
        if (!task.ready) continue
        task.process()
        worked = true
        if (clock.monotonic() >= end || this.#full()) break
      }
    }
    if (this.#producer.failure) throw this.#producer.failure
    if (this.#producer.pendingBytes > maxPendingBytes) await this.#producer.drain(maxPendingBytes / 2)
  }

  #msToCommit(): number {
    const { clock, options } = this.#context
    return Math.max(0, this.#lastCommit + options.commitIntervalMs - clock.monotonic())
  }

  /** Until there is something to do without new records. */
  #msToWait(): number {
    const { clock, options } = this.#context
    const next = Math.min(this.#msToCommit(), Math.max(0, this.#tasks.nextPunctuation - clock.now()))
    // A partition that has nothing is waited for no longer than this.
    return options.maxTaskIdleMs > 0 && this.#tasks.pending ? Math.min(next, options.maxTaskIdleMs) : next
  }

  /** Half of the memory holds what is not on disk yet. */
  #full(): boolean {
    return this.#tasks.dirtyBytes > this.#context.options.stateMemory / 2
  }

  /** One transaction for all tasks; then, when it is time or memory asks for it, their checkpoints. */
  async #commit(): Promise<void> {
    const { clock, hooks, options } = this.#context
    // It has no generation any more by which the broker could refuse a zombie's offsets.
    if (this.#member.lost)
      throw new StreamsError('fenced', 'the group has forgotten this member: others may run its tasks')
    const start = clock.monotonic()
    const records = await commitTasks([...this.#tasks], this.#producer, this.#member.group)
    this.#lastCommit = clock.monotonic()
    if (records > 0) {
      hooks.emit('committed', { thread: this.name, records, durationMs: this.#lastCommit - start })
    }
    this.#repartitionTopics.purge(this.#tasks)
    const full = this.#full()
    if (!full && this.#lastCommit - this.#lastCheckpoint < options.checkpointIntervalMs) return
    this.#lastCheckpoint = this.#lastCommit
    const checkpoints = Promise.all([...this.#tasks].map((task) => task.checkpoint()))
    // Memory is bounded: above half of it nothing more is taken in until the rows are on disk.
    if (full) await checkpoints
    else checkpoints.catch((error: unknown) => this.fail(error))
  }

  /** Commits, joins the group again, and opens and closes tasks as the new assignment says. */
  async #rebalance(): Promise<void> {
    this.#context.onState('rebalancing')
    if (this.#member.lost) await this.#abandon()
    else await this.#commit()
    const before = this.#member.group
    const { assignment } = await this.#member.join(this.#stopSignal.signal)
    // In a generation that this member did not hear of, its tasks may have moved on without it.
    const { memberId, generationId } = this.#member.group
    if (memberId !== before.memberId || generationId > before.generationId + 1)
      await this.#closeTasks([...this.#tasks], false)
    const next = this.#context.assignor.assignment(assignment)
    const names = new Set(next.tasks.map(taskName))
    await this.#closeTasks(
      [...this.#tasks].filter((task) => !names.has(task.name)),
      true,
    )
    this.#assignment = next
    await this.#openTasks()
    this.#context.hooks.emit('tasks', { thread: this.name, assigned: [...names] })
  }

  /** Opens the tasks assigned that are not open: new ones, and those that were abandoned. */
  async #openTasks(): Promise<void> {
    const wanted = (this.#assignment?.tasks ?? []).filter((id) => !this.#tasks.get(id))
    for (const task of await this.#opener.open(wanted, this.#producer)) this.#tasks.add(task)
    this.#tasks.setMemoryLimit(this.#context.options.stateMemory)
  }

  /** Brings the stores of newly opened tasks up to date. @returns false if something came in between. */
  async #restore(): Promise<boolean> {
    const waiting = [...this.#tasks].filter((task) => !task.restored)
    try {
      if (waiting.length > 0) await this.#replayChangelogs(waiting)
    } catch (error) {
      if (!StreamsError.is(error, 'offset-out-of-range')) throw error
      // The broker deleted the beginning of a changelog meanwhile: opened anew, tasks take it from where it begins now.
      await this.#closeTasks(waiting, false)
      await this.#openTasks()
      return false
    }
    if (waiting.some((task) => !task.restored)) return false
    this.#context.onState('running')
    return true
  }

  async #replayChangelogs(tasks: readonly StreamTask[]): Promise<void> {
    const { clock, hooks } = this.#context
    await restoreTasks(tasks, this.#client, {
      clock,
      hooks,
      interrupted: () => this.#stopping || this.#member.rejoin,
    })
    for (const { restored, inputs } of tasks)
      if (restored) for (const input of inputs) this.#fetcher.add(input, input.position)
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
      this.#context.logger.warn({ thread: this.name, code: cause.code }, `beginning anew: ${cause.message}`)
      this.#context.hooks.emit('aborted', { thread: this.name, error: cause })
      await this.#abandon()
      if (cause.code === 'fenced') this.#assignment = undefined
    }
  }

  /** Throws away all that was not committed: the same path as a crash. */
  async #abandon(): Promise<void> {
    await this.#closeTasks([...this.#tasks], false)
    try {
      await this.#producer.abort()
    } catch (error) {
      if (!StreamsError.is(error)) throw error
      // Another producer took this one's place, or its state is lost: a new one begins a new epoch.
      await this.#producer.close()
      this.#producer = this.#newProducer()
      await this.#producer.init()
    }
  }

  #newProducer(): Producer {
    const { client, options, transactionalId } = this.#context
    return client.producer({ transactionalId, transactionTimeoutMs: options.transactionTimeoutMs })
  }

  async #closeTasks(tasks: readonly StreamTask[], clean: boolean): Promise<void> {
    for (const task of tasks) {
      for (const input of task.inputs) this.#fetcher.remove(input)
      this.#tasks.delete(task)
    }
    await Promise.all(tasks.map((task) => task.close({ clean })))
  }

  /** All is committed or given up by now: a group that does not hear of it costs the others a session, no more. */
  async #leave(): Promise<void> {
    await this.#fetcher.close()
    try {
      await this.#member.leave('the stream thread ended')
    } catch (err) {
      this.#context.logger.warn({ thread: this.name, err }, 'the group was left without its knowledge')
    }
    this.#member.stop()
    await this.#producer.close()
  }
}

const recoverable: readonly ErrorCode[] = ['transaction-aborted', 'fenced']
