import { noHeaders } from '../../../src/core/record.ts'
import { keyValueStore } from '../../../src/dsl/stores.ts'
import { topic } from '../../../src/dsl/topic.ts'
import type { Processor, StoreToken } from '../../../src/plan/processor-spec.ts'
import { string } from '../../../src/serde/scalars.ts'
import type { KeyValueStore } from '../../../src/store/state-stores.ts'
import { EventTime } from './event-time.ts'
import { difference } from './logs.ts'
import { inputRecord, type Workload } from './workload.ts'

const packed = topic('parcels', { key: string, value: string })
const shipped = topic('shipped-parcels', { key: string, value: string })

const everyMs = 150
/** So many parcels are shipped at a time. */
const load = 7

/** A processor with a store of its own, which lets go by the clock of what it holds: each parcel is shipped once. */
export function parcels(): Workload {
  const time = new EventTime()
  let id = 0
  return {
    inputs: [packed.name],
    outputs: [shipped.name],
    build(b, { caching, changelog }) {
      const waiting = keyValueStore('parcels-store', { key: string, value: string, caching, changelog })
      b.stream(packed)
        .process(() => warehouse(waiting), { stores: [waiting], key: string, value: string })
        .to(shipped)
      return {}
    },
    next: (random, { bulk }) =>
      inputRecord(packed, `street${random.int(1, 9)}`, `${id++} ${bulk}`, time.next(random)),
    judge(logs) {
      const due = logs.read(packed).map(({ key, value }) => `${key} ${value}`)
      const found = logs.read(shipped).map(({ key, value }) => `${key} ${value}`)
      return { problems: difference(due, found), results: due.length, stores: [] }
    },
  }
}

function warehouse(
  waiting: StoreToken<KeyValueStore<string, string>>,
): Processor<string, string, string, string> {
  return {
    init(context) {
      const store = context.store(waiting)
      context.schedule({ every: everyMs, on: 'wall-clock' }, (timestamp) => {
        let shippedNow = 0
        for (const { key: id, value } of store.all()) {
          const [key, ...parcel] = value.split(' ')
          store.delete(id)
          context.forward({ key: key!, value: parcel.join(' '), timestamp, headers: noHeaders })
          if (++shippedNow === load) break
        }
      })
    },
    process({ key, value }, context) {
      context.store(waiting).put(value.split(' ')[0]!, `${key} ${value}`)
      return undefined
    },
  }
}
