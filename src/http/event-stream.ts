import { utf8 } from '../core/bytes.ts'
import type { Clock } from '../core/time/clock.ts'
import { problemOf } from './problem.ts'

export interface ServerSentEvent {
  readonly id?: string
  readonly event: string
  readonly data: object
}

export interface EventStreamOptions {
  readonly readerTimeoutMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Bytes that wait for the reader at most, and one event. */
const bufferBytes = 64 * 2 ** 10
/** Proxies give up on connections that are silent, and a reader that has gone is noticed by writing to it. */
const silenceMs = 15_000

/**
 * Events as `text/event-stream`. While the buffer is full no event is taken from the source; a reader that takes
 * nothing for too long is told so as the last thing, and cut off.
 */
export function eventStream(events: AsyncIterable<ServerSentEvent>, options: EventStreamOptions): Response {
  const writer = new EventWriter(options)
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        writer.begin(controller)
        void writer.write(events)
      },
      pull: () => writer.wanted(),
      cancel: () => writer.end(),
    },
    { highWaterMark: bufferBytes, size: (chunk) => chunk?.length ?? 0 },
  )
  return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
}

class EventWriter {
  readonly #options: EventStreamOptions
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #wanted: (() => void) | undefined
  #ended = false
  #cancelSilence: () => void = () => {}

  constructor(options: EventStreamOptions) {
    this.#options = options
  }

  begin(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller
    this.#options.signal.addEventListener('abort', () => this.end(), { once: true })
    this.#keepAlive()
  }

  async write(events: AsyncIterable<ServerSentEvent>): Promise<void> {
    try {
      for await (const event of events) {
        if (!(await this.#room())) this.#cutOff()
        if (this.#ended) return
        this.#enqueue(eventText(event))
        this.#keepAlive()
      }
    } catch (error) {
      const { code, detail } = problemOf(error)
      if (!this.#ended) this.#enqueue(eventText({ event: 'failed', data: { code, detail } }))
    } finally {
      this.end()
    }
  }

  /** The reader has taken something. */
  wanted(): void {
    this.#wanted?.()
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#cancelSilence()
    this.#wanted?.()
    try {
      this.#controller?.close()
    } catch {
      // The reader has cancelled: it is closed.
    }
  }

  /** Waits until there is room. @returns false if the reader took nothing for too long. */
  #room(): Promise<boolean> {
    if ((this.#controller?.desiredSize ?? 0) > 0 || this.#ended) return Promise.resolve(true)
    const { clock, readerTimeoutMs } = this.#options
    return new Promise((resolve) => {
      const cancel = clock.after(readerTimeoutMs, () => resolve(false))
      this.#wanted = () => {
        cancel()
        this.#wanted = undefined
        resolve(true)
      }
    })
  }

  #cutOff(): void {
    const { readerTimeoutMs } = this.#options
    const why = `nothing was read for ${readerTimeoutMs} ms; connect again with the id of the last event`
    this.#enqueue(eventText({ event: 'cut-off', data: { reason: why } }))
    this.end()
  }

  #keepAlive(): void {
    this.#cancelSilence()
    this.#cancelSilence = this.#options.clock.after(silenceMs, () => {
      if (this.#ended) return
      if ((this.#controller?.desiredSize ?? 0) > 0) this.#enqueue(':\n\n')
      this.#keepAlive()
    })
  }

  #enqueue(text: string): void {
    this.#controller?.enqueue(utf8(text))
  }
}

/** JSON has no line breaks of its own, so that each field is one line. */
function eventText({ id, event, data }: ServerSentEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
