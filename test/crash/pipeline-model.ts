import type { Click } from './clicks.ts'
import { clickId } from './clicks.ts'
import type { Feeder } from './feeder.ts'
import type { InputLog } from './input-log.ts'
import { graceMs, windowMs } from './job.ts'
import { ClickModel } from './model.ts'
import { maxPaidBytes, type Order } from './pipeline.ts'
import { verifyInput } from './verify.ts'

export interface PipelineInputs {
  readonly clicks: InputLog
  readonly visits: InputLog
  readonly orders: InputLog
}

/** What the pipeline must make of what its input topics hold. */
export class PipelineModel {
  readonly clicks: ClickModel
  /** By output key: the final count of each window that has closed. */
  readonly closedVisits: ReadonlyMap<string, string>
  /** By id: each order with its payment, but for those that the topic does not take. */
  readonly paid: ReadonlyMap<string, string>
  /** By customer: how many orders are paid, too large ones too. */
  readonly totals: ReadonlyMap<string, number>
  readonly tooLarge: number
  /** Texts that no serde can read. */
  readonly poisons: ReadonlyMap<string, string>
  /** The input itself is not what was sent. */
  readonly problems: readonly string[]

  constructor({ clicks, visits, orders }: PipelineInputs, feeder: Feeder) {
    this.clicks = countClicks(clicks)
    this.closedVisits = closedWindows(countClicks(visits))
    const sent = orders.seen.map(({ key, value }) => [key, JSON.parse(value) as Order] as const)
    const large = sent.filter(([, { note }]) => note.length > maxPaidBytes)
    this.tooLarge = large.length
    this.paid = new Map(
      sent
        .filter(([, { note }]) => note.length <= maxPaidBytes)
        .map(([id, { customer, amount }]) => [id, paidText(customer, amount, methodOf(id))]),
    )
    const totals = new Map<string, number>()
    for (const [, { customer }] of sent) totals.set(customer, (totals.get(customer) ?? 0) + 1)
    this.totals = totals
    const poisons = [...clicks.poisons, ...orders.poisons].map(({ value }) => value)
    this.poisons = new Map(poisons.map((text) => [text, text]))
    this.problems = [
      ...problemsIn('clicks', feeder.clicks, idsIn(clicks)),
      ...problemsIn('visits', feeder.visits, idsIn(visits)),
      ...problemsIn(
        'orders',
        new Set(feeder.orders.keys()),
        sent.map(([id]) => id),
      ),
    ]
  }
}

export function paidText(customer: string, amount: number, method: string): string {
  return `${customer} ${amount} ${method}`
}

function methodOf(orderId: string): string {
  return `m${Number(orderId.slice('order'.length)) % 3}`
}

function countClicks(log: InputLog): ClickModel {
  const model = new ClickModel({ sizeMs: windowMs, graceMs })
  for (const { partition, key, value } of log.seen)
    model.add(partition, key, (JSON.parse(value) as Click).timestamp * 1000)
  return model
}

/** Java's KTableSuppressProcessor: once stream time has reached the end and the grace. */
function closedWindows(model: ClickModel): ReadonlyMap<string, string> {
  const closed = [...model.windows].filter(
    ([, { partition, start }]) => start + windowMs + graceMs <= model.streamTime(partition),
  )
  return new Map(closed.map(([key, { updates }]) => [key, String(updates.length)]))
}

function idsIn(log: InputLog): readonly number[] {
  return log.records
    .filter(({ value }) => value.startsWith('{'))
    .map(({ value }) => clickId(JSON.parse(value) as Click))
}

function problemsIn<Id>(what: string, sent: ReadonlySet<Id>, found: readonly Id[]): readonly string[] {
  return verifyInput(sent, found).map((problem) => `${what}: ${problem}`)
}
