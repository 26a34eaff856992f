import { json, keyValueStore, long, type Processor, string, topic, topology } from 'millrace'

export interface Event {
  readonly id: string
  readonly text: string
}

export const events = topic('events', { key: string, value: json<Event>() })
export const uniqueEvents = topic('unique-events', { key: string, value: json<Event>() })

const rememberMs = 3_600_000
const seen = keyValueStore('seen', { key: string, value: long })

/** Lets the first event of each id pass, and forgets an id after an hour of event time. */
function dedup(): Processor<string, Event, string, Event> {
  return {
    init(context) {
      const ids = context.store(seen)
      context.schedule({ every: '1m', on: 'stream-time' }, (now) => {
        for (const { key, value } of ids.all()) if (value < now - rememberMs) ids.delete(key)
      })
    },
    process(event, context) {
      const ids = context.store(seen)
      if (ids.get(event.value.id) !== undefined) return undefined
      ids.put(event.value.id, event.timestamp)
      return event
    },
  }
}

export const deduplication = topology(import.meta.url, (b) => {
  b.stream(events)
    .process(dedup, { stores: [seen], key: string })
    .to(uniqueEvents)
})
