export const workloadNames = [
  'windowed-count',
  'pages',
  'pairs',
  'closed-windows',
  'tables',
  'foreign-keys',
  'parcels',
] as const

export type WorkloadName = (typeof workloadNames)[number]
