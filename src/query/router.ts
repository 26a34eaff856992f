import type { GroupAssignment } from '../assign/streams-assignor.ts'
import { StreamsError } from '../core/errors.ts'
import type { TaskId } from '../core/task-id.ts'
import type { Clock } from '../core/time/clock.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import { PageReader } from '../task/page-reader.ts'
import type { QueriedStore } from '../task/queried-store.ts'
import type { StorePage, StoreReply, StoreRequest } from '../task/store-question.ts'
import { wrong } from '../task/store-scans.ts'
import type { StreamThreadHandle } from '../thread/stream-thread-handle.ts'
import { decodeAnswer } from './answer-codec.ts'
import { type PartitionOwners, partitionOwners } from './key-owners.ts'
import type { Deadline } from './query-options.ts'
import { encodeQuestion } from './question-codec.ts'
import { addressOf, type HostInfo, type RemoteOwner } from './remote-owner.ts'
import { StorePartitions, type StorePartitionsParts } from './store-partitions.ts'

export interface RouterOptions extends StorePartitionsParts {
  readonly clock: Clock
  /** `host:port` under which others know this instance. */
  readonly applicationServer: string | undefined
  readonly remote: RemoteOwner
  /** Global stores that are filled in this thread. */
  globals(): ReadonlyMap<string, QueriedStore>
}

/** A page, and who gave it. */
export interface RoutedPage extends StorePage {
  /** `host:port`; null: this instance. */
  readonly instance: string | null
}

export type PartitionRequest = Omit<StoreRequest, 'task' | 'store'>

/** Between two tries while tasks move, ms: at first, and at most. */
const firstRetryMs = 20
const mostRetryMs = 500

/** Finds the task that has a partition of a store, here or at another instance, and asks it. */
export class Router {
  readonly partitions: StorePartitions
  readonly #options: RouterOptions
  readonly #globalPages: PageReader

  constructor(options: RouterOptions) {
    this.#options = options
    this.partitions = new StorePartitions(options)
    this.#globalPages = new PageReader(options.clock)
  }

  isGlobal(store: StoreSpec): boolean {
    return this.#options.plan.globalStores.some((global) => global.store.name === store.name)
  }

  /**
   * Reads a page of a partition's rows from whoever has it; while it moves, or is restored, it is asked for again until
   * the deadline.
   * @throws StreamsError `store-not-ready` during start, restore and rebalance; `store-elsewhere` with `details.owner`
   * (`host:port`, null if that instance gave no applicationServer) if that one answers no others; `owner-unreachable`;
   * `query-unsupported`.
   */
  async ask(
    store: StoreSpec,
    partition: number,
    request: PartitionRequest,
    deadline: Deadline,
  ): Promise<RoutedPage> {
    const { clock } = this.#options
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, mostRetryMs)) {
      deadline.signal?.throwIfAborted()
      try {
        return await this.#askOnce(store, partition, request, deadline)
      } catch (error) {
        if (!passes(error) || clock.monotonic() + waitMs > deadline.atMs) throw error
      }
      await clock.sleep(waitMs, deadline.signal)
    }
  }

  /** A page of a global store, which every instance has. @throws StreamsError `store-not-ready`, `query-unsupported` */
  askGlobal(store: StoreSpec, request: PartitionRequest): RoutedPage {
    if (request.isolation === 'checkpoint') throw wrong(store, 'a global store has no checkpoints of its own')
    const found = this.#options.globals().get(store.name)
    if (found) {
      const page = this.#globalPages.read(found, request)
      return { ...page, checkpointMs: undefined, lag: undefined, instance: null }
    }
    if (this.#options.threads().length === 0) throw notReady(store.name, 'it is being read')
    throw wrong(store, 'each worker thread has a copy of its own: keep it on disk, as a key-value store')
  }

  /** What this instance itself knows. @throws StreamsError `query-unsupported` */
  answerHere(request: StoreRequest): Promise<StoreReply> {
    const { task, stale } = request
    if (!task) return nobodyHere
    const active = this.#threadOf('tasks', task)
    if (active && !stale) return active.read(request)
    const standby = stale ? this.#threadOf('standbys', task) : undefined
    if (!active) return standby ? standby.read(request) : nobodyHere
    return standby ? firstOf([active, standby], request) : active.read(request)
  }

  /** Who has a partition of a store. @throws StreamsError `store-not-ready` */
  owners(store: StoreSpec, partition: number): PartitionOwners & { readonly local: boolean } {
    const subtopology = this.partitions.subtopologyOf(store.name)
    const owners = partitionOwners(
      this.#assignment(store.name),
      subtopology,
      this.#options.applicationId,
      partition,
    )
    const local = this.#threadOf('tasks', { subtopology: subtopology.id, partition }) !== undefined
    return { ...owners, local }
  }

  /** What the last rebalance said. @throws StreamsError `store-not-ready` */
  get assignment(): GroupAssignment {
    return this.#assignment()
  }

  async #askOnce(
    store: StoreSpec,
    partition: number,
    request: PartitionRequest,
    deadline: Deadline,
  ): Promise<RoutedPage> {
    const subtopology = this.partitions.subtopologyOf(store.name)
    const asked = { ...request, store: store.name, task: { subtopology: subtopology.id, partition } }
    const reply = await this.answerHere(asked)
    if (reply.here) return { ...reply, instance: null }
    if (reply.restoring) {
      const orNone = request.isolation === 'checkpoint' ? ', or has no checkpoint yet' : ''
      throw notReady(store.name, `it is being restored${orNone}`)
    }
    const { active, standbys, local } = this.owners(store, partition)
    if (local) throw notReady(store.name, 'its task is about to be opened')
    const others = (request.stale ? [active, ...standbys] : [active]).filter(
      (owner) => owner !== undefined && !this.#isHere(owner),
    )
    if (active && this.#isHere(active) && others.length === 0)
      throw notReady(store.name, 'its task is about to be opened')
    if (others.length === 0) throw elsewhere(store, partition, this.#options.applicationServer !== undefined)
    return this.#askOthers(others as readonly HostInfo[], asked, deadline)
  }

  /** The owner first; standbys only if it does not answer. */
  async #askOthers(
    others: readonly HostInfo[],
    asked: StoreRequest,
    deadline: Deadline,
  ): Promise<RoutedPage> {
    let failure: unknown
    for (const owner of others) {
      try {
        return await this.#askOther(owner, asked, deadline)
      } catch (error) {
        if (!StreamsError.is(error)) throw error
        failure ??= error
      }
    }
    throw failure
  }

  async #askOther(owner: HostInfo, asked: StoreRequest, { atMs, signal }: Deadline): Promise<RoutedPage> {
    const { applicationId, clock, remote } = this.#options
    const timeoutMs = Math.max(1, atMs - clock.monotonic())
    const bytes = await remote.ask(owner, encodeQuestion({ ...asked, applicationId }), { timeoutMs, signal })
    const reply = decodeAnswer(bytes)
    if (reply.here) return { ...reply, instance: addressOf(owner) }
    throw notReady(
      asked.store,
      `${addressOf(owner)} ${reply.restoring ? 'restores it' : 'has it no more, or not yet'}`,
    )
  }

  #threadOf(role: 'tasks' | 'standbys', { subtopology, partition }: TaskId): StreamThreadHandle | undefined {
    for (const thread of this.#options.threads())
      for (const id of thread.assignment?.[role] ?? [])
        if (id.partition === partition && id.subtopology === subtopology) return thread
    return undefined
  }

  #assignment(store = ''): GroupAssignment {
    for (const { assignment } of this.#options.threads()) if (assignment) return assignment
    throw notReady(store, 'tasks are being assigned')
  }

  #isHere(owner: HostInfo): boolean {
    return addressOf(owner) === this.#options.applicationServer
  }
}

const nobodyHere: Promise<StoreReply> = Promise.resolve({ here: false, restoring: false })

async function firstOf(threads: readonly StreamThreadHandle[], request: StoreRequest): Promise<StoreReply> {
  let restoring = false
  for (const thread of threads) {
    const reply = await thread.read(request)
    if (reply.here) return reply
    restoring ||= reply.restoring
  }
  return { here: false, restoring }
}

/** It is worth another try. */
function passes(error: unknown): boolean {
  return StreamsError.is(error, 'store-not-ready') || StreamsError.is(error, 'owner-unreachable')
}

function notReady(store: string, why: string): StreamsError {
  return new StreamsError('store-not-ready', `store '${store}' is not ready: ${why}`, { details: { store } })
}

/** @param known this instance has an applicationServer: then others will have one, and the task moves. */
function elsewhere({ name }: StoreSpec, partition: number, known: boolean): StreamsError {
  if (known)
    return new StreamsError(
      'store-not-ready',
      `partition ${partition} of store '${name}' has no owner at the moment, or one without applicationServer`,
      { details: { store: name, partition, owner: null } },
    )
  return new StreamsError(
    'store-elsewhere',
    `the key belongs to partition ${partition} of store '${name}', which an instance without applicationServer has`,
    { details: { owner: null, partition } },
  )
}
