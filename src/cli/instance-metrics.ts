import { StreamsError } from '../core/errors.ts'
import { type Sample, samplesOf } from './prometheus-samples.ts'

export interface ThreadRates {
  readonly thread: string
  /** Records per second. */
  readonly processed: number | undefined
  readonly commits: number | undefined
  /** Average, ms. */
  readonly commitMs: number | undefined
}

export interface TaskRates {
  readonly task: string
  readonly thread: string
  /** At recording level `debug` only. */
  readonly processed: number | undefined
  /** The part of its thread's time that it takes, 0 to 1. */
  readonly busy: number | undefined
  readonly dropped: number | undefined
  /** Records still to be restored. */
  readonly restoring: number | undefined
}

/** What one instance says of itself. */
export interface InstanceMetrics {
  readonly url: string
  readonly threads: readonly ThreadRates[]
  readonly tasks: readonly TaskRates[]
}

/**
 * Reads `/metrics` of an instance.
 * @param url where it listens.
 * @throws StreamsError `broker-unreachable` if it does not answer with metrics.
 */
export async function instanceMetrics(
  url: string,
  token: string | undefined,
  timeoutMs: number,
): Promise<InstanceMetrics> {
  const address = new URL('metrics', url.endsWith('/') ? url : `${url}/`)
  try {
    const response = await fetch(address, {
      signal: AbortSignal.timeout(timeoutMs),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })
    if (!response.ok) throw new Error(`it answers ${response.status}`)
    return { url, ...ratesIn(samplesOf(await response.text())) }
  } catch (cause) {
    throw new StreamsError('broker-unreachable', `${address}: ${(cause as Error).message}`, { cause })
  }
}

export function ratesIn(samples: readonly Sample[]): Omit<InstanceMetrics, 'url'> {
  const of = new Samples(samples)
  const threads = of.labelled('kafka_streams_process_rate', ['thread_id']).map(
    ({ thread_id: thread = '' }): ThreadRates => ({
      thread,
      processed: of.value('kafka_streams_process_rate', { thread_id: thread }),
      commits: of.value('kafka_streams_commit_rate', { thread_id: thread }),
      commitMs: of.value('kafka_streams_commit_latency_avg', { thread_id: thread }),
    }),
  )
  const tasks = of.tasks().map(({ thread_id: thread = '', task_id: task = '' }): TaskRates => {
    const labels = { thread_id: thread, task_id: task }
    return {
      task,
      thread,
      processed: of.value('kafka_streams_task_process_rate', labels),
      busy: of.value('kafka_streams_task_active_process_ratio', labels),
      dropped: of.value('kafka_streams_task_dropped_records_rate', labels),
      restoring: of.value('kafka_streams_task_restore_remaining_records_total', labels),
    }
  })
  return { threads, tasks: tasks.toSorted((a, b) => a.task.localeCompare(b.task, 'en', { numeric: true })) }
}

type Labels = Readonly<Record<string, string>>

class Samples {
  readonly #samples: readonly Sample[]

  constructor(samples: readonly Sample[]) {
    this.#samples = samples
  }

  labelled(name: string, labels: readonly string[]): readonly Labels[] {
    return this.#samples
      .filter((sample) => sample.name === name && labels.every((label) => label in sample.labels))
      .map((sample) => sample.labels)
  }

  /** Of all samples that are a task's. */
  tasks(): readonly Labels[] {
    const tasks = this.#samples
      .filter(({ name, labels }) => name.startsWith('kafka_streams_task_') && 'task_id' in labels)
      .map(({ labels }) => labels)
    return [
      ...new Map(tasks.map((labels) => [`${labels['thread_id']} ${labels['task_id']}`, labels])).values(),
    ]
  }

  /** NaN stands for nothing yet. */
  value(name: string, labels: Labels): number | undefined {
    const found = this.#samples.find(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    )
    return found === undefined || Number.isNaN(found.value) ? undefined : found.value
  }
}
