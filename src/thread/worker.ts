import { parentPort, workerData } from 'node:worker_threads'
import { createKafkaClient } from '../client/kafka/client.ts'
import type { KafkaOptions } from '../client/kafka/options.ts'
import { StreamsError } from '../core/errors.ts'
import { Hooks } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'
import { heedTermination } from '../core/termination-lock.ts'
import { systemClock } from '../core/time/clock.ts'
import { useKernelModule } from '../kernel/load.ts'
import { StateDirectory } from '../store/state-directory.ts'
import type { TaskLocks } from '../store/task-locks.ts'
import { GlobalReader } from '../task/global-reader.ts'
import { GlobalState } from '../task/global-state.ts'
import { globalStoresOf } from '../task/global-stores.ts'
import { replyToSend } from './detached-reply.ts'
import { toErrorMessage, toFactsMessage } from './error-message.ts'
import { importFailure, loadTopology } from './load-topology.ts'
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts'
import { openStreamThread } from './open-stream-thread.ts'
import { answerCall, PendingCalls } from './pending-calls.ts'
import type { StreamThread } from './stream-thread.ts'
import { ThreadPulse } from './thread-pulse.ts'

/** Between two beats of the pulse, ms. */
const beatMs = 500

/** The worker's side of a WorkerThread: a whole member of the group. */
class WorkerSide {
  readonly #start: WorkerStart
  readonly #calls = new PendingCalls()
  /** What came before the thread was open. */
  readonly #waiting: ToWorker[] = []
  readonly #pulse: ThreadPulse
  #thread: StreamThread | undefined
  #stopped = false
  #told: string | undefined

  constructor(start: WorkerStart) {
    this.#start = start
    this.#pulse = new ThreadPulse(start.pulse)
    this.#beat()
    parentPort!.on('message', (message: ToWorker) => this.#receive(message))
    // Also what nobody waits for, in a timer of a processor for one, ends the thread as it ends a process.
    process.on('uncaughtException', (error) => this.#fail(error))
  }

  async run(): Promise<void> {
    try {
      await this.#runThread()
    } catch (error) {
      end(error)
      return
    }
    end(undefined)
  }

  async #runThread(): Promise<void> {
    const { options, number } = this.#start
    const hooks = new Hooks()
    hooks.onEvery((event, facts) => post({ kind: 'event', event, facts: toFactsMessage(facts) }))
    hooks.on('tasks', () => this.#tellAssignment())
    const logger = postingLogger
    const { plan, handlers } = await loadTopology(this.#start)
    const resolved = { ...options, ...handlers, logger }
    const clock = systemClock
    await using client = createKafkaClient(this.#kafka(), { clock, logger, hooks })
    const directory = StateDirectory.share(options)
    const shared = new GlobalReader({ plan, options: resolved, directory, clock })
    const globals = await GlobalState.open(
      {
        stores: globalStoresOf(plan, 'worker'),
        onDisk: false,
        options: resolved,
        client,
        directory,
        clock,
        hooks,
        logger,
      },
      () => this.#stopped,
    )
    const thread = openStreamThread({
      number,
      plan,
      options: resolved,
      client,
      clock,
      hooks,
      logger,
      directory,
      locks: this.#locks,
      pulse: this.#pulse,
      globalStores: new Map([...shared.typed, ...globals.typed]),
      onState: (state) => this.#tellState(state),
      onMember: (memberId) => post({ kind: 'member', memberId }),
    })
    this.#thread = thread
    for (const message of this.#waiting.splice(0)) this.#tell(thread, message)
    const following = globals.follow().catch((error: unknown) => thread.fail(error))
    try {
      await thread.run()
    } finally {
      await globals.close()
      await following
      await shared.close()
    }
  }

  #beat(): void {
    this.#pulse.beat()
    systemClock.after(beatMs, () => this.#beat())
  }

  #fail(error: unknown): void {
    if (this.#thread) this.#thread.fail(error)
    else end(importFailure(this.#start.module, error))
  }

  #tellState(state: 'rebalancing' | 'running'): void {
    if (this.#told === state) return
    this.#told = state
    this.#tellAssignment()
    post({ kind: 'state', state })
  }

  #tellAssignment(): void {
    const thread = this.#thread
    if (!thread?.assignment) return
    const { assignment, partitions } = thread
    post({ kind: 'assigned', assignment, partitions })
  }

  /** Tokens are asked of the function that the application was given. */
  #kafka(): KafkaOptions {
    const { kafka, asksTokens } = this.#start
    if (!asksTokens) return kafka
    const ask = (): Promise<unknown> => this.#calls.call((id) => post({ kind: 'token', id }))
    return { ...kafka, sasl: { mechanism: 'oauthbearer', oauthBearerProvider: ask } }
  }

  get #locks(): TaskLocks {
    return {
      acquire: async (task) => (await this.#calls.call((id) => post({ kind: 'acquire', id, task }))) === true,
      release: (task) => post({ kind: 'release', task }),
      elsewhere: async () =>
        (await this.#calls.call((id) => post({ kind: 'elsewhere', id }))) as readonly string[],
    }
  }

  #receive(message: ToWorker): void {
    if (message.kind === 'stop') this.#stopped = true
    if (message.kind === 'answer') this.#calls.answer(message)
    else if (this.#thread) this.#tell(this.#thread, message)
    else this.#waiting.push(message)
  }

  #tell(thread: StreamThread, message: ToWorker): void {
    switch (message.kind) {
      case 'stop':
        thread.stop(message.leaveGroup)
        break
      case 'pause':
        thread.pause()
        break
      case 'resume':
        thread.resume()
        break
      case 'request-shutdown':
        thread.requestShutdown()
        break
      case 'memory':
        thread.setMemory(message.share)
        break
      case 'read':
        void answerCall(message.id, () => replyToSend(thread.queries.read(message.request)), post)
        break
      case 'positions':
        void answerCall(message.id, () => thread.queries.positions(), post)
        break
      case 'state-sizes':
        void answerCall(message.id, () => thread.storeSizes(), post)
        break
      case 'metrics':
        void answerCall(message.id, () => thread.metrics(), post)
        break
      case 'answer':
        break // taken by #receive
    }
  }
}

function post(message: FromWorker): void {
  parentPort!.postMessage(message)
}

/** The last word: the main thread then ends this one, whatever the topology's modules have left open. */
function end(error: unknown): void {
  post({ kind: 'ended', error: error === undefined ? undefined : toErrorMessage(error) })
}

function logLine(level: keyof Logger): Logger['info'] {
  return (facts, text) => post({ kind: 'log', level, facts: toFactsMessage(facts), text })
}

const postingLogger: Logger = {
  debug: logLine('debug'),
  info: logLine('info'),
  warn: logLine('warn'),
  error: logLine('error'),
}

if (!parentPort) throw new StreamsError('lifecycle', 'worker: this module is for worker threads only')
const start = workerData as WorkerStart
heedTermination(start.termination)
useKernelModule(start.kernel)
await new WorkerSide(start).run()
