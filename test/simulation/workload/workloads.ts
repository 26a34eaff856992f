import { closedWindows } from './closed-windows.ts'
import { foreignKeys } from './foreign-keys.ts'
import type { WorkloadName } from './names.ts'
import { pages } from './pages.ts'
import { pairs } from './pairs.ts'
import { parcels } from './parcels.ts'
import { tables } from './tables.ts'
import { windowedCount } from './windowed-count.ts'
import type { Workload } from './workload.ts'

export const workloads: Readonly<Record<WorkloadName, () => Workload>> = {
  'windowed-count': windowedCount,
  pages,
  pairs,
  'closed-windows': closedWindows,
  tables,
  'foreign-keys': foreignKeys,
  parcels,
}
