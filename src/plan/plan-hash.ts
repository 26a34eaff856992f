import { createHash } from 'node:crypto'
import type { Plan } from './plan.ts'

/**
 * SHA-256 (hex) over a plan's data. Serdes and engines count by name, lambdas by their presence: two threads that loaded the
 * same module must agree, and code is not compared.
 */
export function planHash(plan: Plan): string {
  const { nodes, stores, globalStores } = plan
  const data = JSON.stringify({ nodes, stores, globalStores }, (_name, value: unknown) => {
    if (typeof value === 'function') return 'lambda'
    if (value instanceof RegExp) return String(value)
    if (typeof value !== 'object' || value === null || !('name' in value)) return value
    return 'serialize' in value || 'open' in value ? value.name : value
  })
  return createHash('sha256').update(data).digest('hex')
}
