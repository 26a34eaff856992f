import { existsSync, readFileSync } from 'node:fs'

const file = new URL('../../package.json', import.meta.url)

/** Of this package; `unknown` where its package.json is not beside it, in a bundle for one. */
export function version(): string {
  if (!existsSync(file)) return 'unknown'
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version?: string }
  return version ?? 'unknown'
}
