import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  field,
  json,
  type KStream,
  type KTable,
  long,
  type StreamsBuilder,
  string,
  topic,
  topology,
  tumbling,
  type Windowed,
  windowKey,
} from '../../../src/index.ts'

export interface Click {
  readonly userId: string
  /** Seconds since the epoch. */
  readonly timestamp: number
}

/** Names topics, those of an AppHarness. */
export interface JobArgs {
  readonly name: string
}

const named: JobArgs = { name: 'job' }

type Counted = { readonly counts: KTable<Windowed<string>, number> }

function clicksOf(b: StreamsBuilder, { name }: JobArgs): KStream<string, Click> {
  const clicks = { key: string, value: json<Click>(), timestamp: field('timestamp').seconds() }
  return b.stream(topic(`${name}-clicks`, clicks))
}

function count(clicks: KStream<string, Click>, { name }: JobArgs): Counted {
  const counts = clicks
    .groupByKey({ value: json<Click>() })
    .windowedBy(tumbling('5m', { grace: '1m' }))
    .count({ store: { name: 'counts-store' } })
  counts
    .toStream()
    .selectKey(windowKey('{key}@{start:HH:mm:ss}'))
    .to(topic(`${name}-counts`, { key: string, value: long }))
  return { counts }
}

/** In the kernel. */
export const clickCount = topology(import.meta.url, (b, args) => count(clicksOf(b, args), args), {
  args: named,
})

/** Record at a time, and over a repartition topic: how many clicks by users whose names end with each letter. */
export const byLastLetter = topology(
  import.meta.url,
  (b, args) => {
    const byLetter = clicksOf(b, args).selectKey(({ userId }) => userId.slice(-1), { key: string })
    return count(byLetter, args)
  },
  { args: named },
)

export interface FragileArgs extends JobArgs {
  /** What has happened once is not to happen again: there is a file here. */
  readonly folder: string
}

/** Clicks of some users make things happen, the first time they are met. */
export const fragile = topology(
  import.meta.url,
  (b, args) => {
    const met = clicksOf(b, args).mapValues(
      (click) => {
        const mishap = mishaps[click.userId as keyof typeof mishaps]
        if (mishap && isFirst(join(args.folder, `met-${click.userId}`))) mishap()
        return click
      },
      { name: 'fragile' },
    )
    return count(met, args)
  },
  { args: { ...named, folder: '' } },
)

export const mishaps = {
  throws: (): void => {
    throw new RangeError('this click throws')
  },
  exits: (): void => process.exit(7),
  'throws-later': (): void => {
    setTimeout(() => {
      throw new TypeError('a timer throws')
    })
  },
  hangs: (): void => {
    for (;;);
  },
} as const

function isFirst(file: string): boolean {
  try {
    writeFileSync(file, '', { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

/** Its handlers are functions, which only the topology can take to worker threads. */
export const handled = topology(
  import.meta.url,
  (b, args) => {
    const checked = clicksOf(b, args).mapValues(
      (click) => {
        if (click.userId === 'refused') throw new Error('nobody wants this click')
        return click
      },
      { name: 'checked' },
    )
    return count(checked, args)
  },
  { args: named, handlers: { processingHandler: () => 'continue' } },
)
