export const workloadNames = ['windowed-count', 'pages', 'pairs', 'closed-windows', 'tables'] as const

export type WorkloadName = (typeof workloadNames)[number]
