import { json, long, string, topic, topology } from 'millrace'

export interface Reading {
  readonly tenant: string
  readonly celsius: number
}

export const readings = topic('device-readings', { key: string, value: json<Reading>() })
export const tenantReadings = topic('tenant-readings', { key: string, value: long })

/** Readings come by device; they are counted by tenant, so they move to the partition of their tenant first. */
export const tenantCounts = topology(import.meta.url, (b) => {
  const counts = b
    .stream(readings)
    .selectKey((reading) => reading.tenant, { key: string })
    .repartition({ name: 'by-tenant', value: json<Reading>(), partitions: 4 })
    .groupByKey()
    .count({ store: { name: 'readings-per-tenant' } })
  counts.toStream().to(tenantReadings)
  return { counts }
})
