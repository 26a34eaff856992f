import { runEmbedded } from '../run-embedded.ts'
import { deduplication, events, uniqueEvents } from './dedup.ts'

const event = (key: string, id: string, text: string) => ({ key, value: { id, text } })
const found = await runEmbedded({
  applicationId: 'deduplication',
  topology: deduplication,
  topics: [events, uniqueEvents],
  output: uniqueEvents,
  send: (kafka) =>
    kafka.send(events, [
      event('a', '1', 'first'),
      event('a', '1', 'first, sent again'),
      event('b', '2', 'second'),
      event('b', '3', 'third'),
      event('b', '2', 'second, sent again'),
    ]),
  complete: (records) => records.length >= 3,
})
for (const { key, value } of found) console.log(`${key}: ${value?.text}`)
