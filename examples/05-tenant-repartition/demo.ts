import { runEmbedded } from '../run-embedded.ts'
import { readings, tenantCounts, tenantReadings } from './tenants.ts'

const found = await runEmbedded({
  applicationId: 'tenant-counts',
  topology: tenantCounts,
  topics: [readings, tenantReadings],
  output: tenantReadings,
  send: (kafka) =>
    kafka.send(
      readings,
      Array.from({ length: 30 }, (_, i) => ({
        key: `device-${i % 10}`,
        value: { tenant: `tenant-${i % 3}`, celsius: 20 + (i % 5) },
      })),
    ),
  complete: (records) => records.filter(({ value }) => value === 10).length === 3,
})
const totals = new Map(found.map(({ key, value }) => [key, value]))
for (const [tenant, count] of [...totals].sort()) console.log(`${tenant}: ${count} readings`)
