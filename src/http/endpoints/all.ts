import type { Endpoint } from '../endpoint.ts'
import { changes } from './changes.ts'
import { entries } from './entries.ts'
import { entry } from './entry.ts'
import { live, ready } from './health.ts'
import { history } from './history.ts'
import { instances } from './instances.ts'
import { lag } from './lag.ts'
import { metrics } from './metrics.ts'
import { openApi } from './openapi.ts'
import { owner } from './owner.ts'
import { remoteQuery } from './remote-query.ts'
import { sessions, sessionsOfKey } from './sessions.ts'
import { store } from './store.ts'
import { stores } from './stores.ts'
import { topology } from './topology.ts'
import { version } from './version.ts'
import { windows, windowsOfKey } from './windows.ts'

const described: readonly Endpoint[] = [
  stores,
  store,
  entry,
  entries,
  windowsOfKey,
  windows,
  sessionsOfKey,
  sessions,
  version,
  history,
  changes,
  owner,
  instances,
  lag,
  live,
  ready,
  metrics,
  topology,
  remoteQuery,
]

/** All that the service answers. */
export const endpoints: readonly Endpoint[] = [...described, openApi(described)]
