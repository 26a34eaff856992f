import {
  json,
  type KTable,
  long,
  string,
  topic,
  topology,
  tumbling,
  type Windowed,
} from '../../../src/index.ts'

export interface QueryJobArgs {
  readonly clicks: string
  readonly payments: string
}

const args: QueryJobArgs = { clicks: 'clicks', payments: 'payments' }

type Tables = {
  readonly counts: KTable<Windowed<string>, number>
  readonly paid: KTable<string, number>
}

/** Clicks per user and window, in the kernel; what each user paid, record at a time. */
export const queryJob = topology(
  import.meta.url,
  (b, { clicks, payments }: QueryJobArgs): Tables => {
    const counts = b
      .stream(topic(clicks, { key: string, value: json<object>() }))
      .groupByKey()
      .windowedBy(tumbling('5m', { grace: '1m' }))
      .count({ store: { name: 'counts-store', caching: false } })
    const paid = b
      .stream(topic(payments, { key: string, value: long }))
      .groupByKey()
      .aggregate(
        () => 0,
        (total: number, amount) => total + amount,
        { value: long, store: { name: 'paid-store' } },
      )
    return { counts, paid }
  },
  { args },
)
