import { field, json, session, string, topic, topology, untilWindowCloses } from 'millrace'

export interface Payment {
  readonly cardId: string
  readonly amount: number
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface Alert {
  readonly payments: number
  readonly total: number
}

export const payments = topic('payments', {
  key: string,
  value: json<Payment>(),
  timestamp: field('at').millis(),
})
export const alerts = topic('alerts', { key: string, value: json<Alert>() })

/** A card that pays more than 1,000 in three or more payments, none of them 30 s after the one before. */
export const fraudDetection = topology(import.meta.url, (b) => {
  const bursts = b
    .stream(payments)
    .groupByKey()
    .windowedBy(session('30s', { grace: '5s' }))
    .aggregate(
      (): Alert => ({ payments: 0, total: 0 }),
      (burst, payment) => ({ payments: burst.payments + 1, total: burst.total + payment.amount }),
      {
        merge: (one, two) => ({ payments: one.payments + two.payments, total: one.total + two.total }),
        value: json<Alert>(),
        store: { name: 'bursts' },
      },
    )
  // One alert for each burst, once it is over: updates on the way are held back.
  bursts
    .suppress(untilWindowCloses())
    .toStream()
    .filter((burst) => burst !== null && burst.payments >= 3 && burst.total > 1000)
    .selectKey((_burst, card) => card.key, { key: string })
    .to(alerts)
  return { bursts }
})
