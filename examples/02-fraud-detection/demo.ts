import { runEmbedded } from '../run-embedded.ts'
import { alerts, fraudDetection, type Payment, payments } from './fraud.ts'

const start = Date.UTC(2026, 0, 5, 10)
const pay = (cardId: string, second: number, amount: number) => ({
  key: cardId,
  value: { cardId, amount, at: start + second * 1000 } satisfies Payment,
})
const found = await runEmbedded({
  applicationId: 'fraud-detection',
  topology: fraudDetection,
  topics: [payments, alerts],
  output: alerts,
  send: (kafka) =>
    kafka.send(payments, [
      pay('card-1', 0, 400),
      pay('card-2', 1, 20),
      pay('card-1', 10, 500),
      pay('card-1', 25, 300),
      pay('card-2', 50, 30),
      // Later payments move time on, and so close the bursts before.
      pay('card-1', 200, 1),
      pay('card-2', 200, 1),
    ]),
  complete: (records) => records.length >= 1,
})
for (const { key, value } of found) console.log(`alert: ${key} ${JSON.stringify(value)}`)
