import { BroadcastChannel } from 'node:worker_threads'

/** Steps of a commit and its checkpoint, in their order: a kill from outside would hardly meet them. */
export const fatefulSteps = [
  'stores flushed',
  'outputs acknowledged',
  'AddOffsetsToTxn answered',
  'TxnOffsetCommit sent',
  'TxnOffsetCommit answered',
  'EndTxn sent',
  'EndTxn answered',
  'checkpoint cut',
  'checkpoint submitted',
  'checkpoint written',
] as const

export type FatefulStep = (typeof fatefulSteps)[number]

/** What happens then: kill -9 or SIGSTOP of the process, or its thread ends by an error that nobody catches. */
export type Blow = 'kill' | 'stop' | 'throw'

export interface Doom {
  readonly at: FatefulStep
  readonly by: Blow
}

const channelName = 'crash-fate'

/** Tells every thread of this process. */
export function doom(due: Doom | null): void {
  const channel = new BroadcastChannel(channelName)
  channel.postMessage(due)
  channel.close()
}

/** Of one thread: the first that has done the step it was told is struck, as soon as it has. */
export class Fate {
  #due: Doom | null = null

  constructor() {
    const channel = new BroadcastChannel(channelName)
    channel.onmessage = (message: unknown) => {
      this.#due = (message as { readonly data: Doom | null }).data
    }
    channel.unref()
  }

  reached(step: FatefulStep): void {
    if (step !== this.#due?.at) return
    const { by } = this.#due
    this.#due = null
    doom(null)
    if (by === 'kill') process.kill(process.pid, 'SIGKILL')
    else if (by === 'stop') process.kill(process.pid, 'SIGSTOP')
    else
      setImmediate(() => {
        throw new Error(`a thread is to die at '${step}'`)
      })
  }
}
