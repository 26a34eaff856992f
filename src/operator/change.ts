export type { Change } from '../serde/changed.ts'
