import { EmbeddedCluster } from '../../../src/client/embedded/cluster.ts'
import { Hooks } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { systemClock } from '../../../src/core/time/clock.ts'
import { clientSuite } from './client.suite.ts'

clientSuite('embedded', () => {
  const cluster = new EmbeddedCluster({ clock: systemClock })
  const context = { clock: systemClock, logger: silentLogger, hooks: new Hooks() }
  return Promise.resolve({ client: () => cluster.createClient(context), dispose: () => Promise.resolve() })
})
