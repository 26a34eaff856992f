import type { MetricGroup } from './catalog.ts'
import { counter, gauge, text } from './catalog-facts.ts'

/** Of the application: Java's ClientMetrics. */
export const clientMetrics: MetricGroup = {
  version: text('The version of Millrace.'),
  'application-id': text('The application id.'),
  'topology-description': text('The description of the topology.'),
  state: text('The state of the application.'),
  'client-state': gauge(
    'info',
    'The state of the application as a number: 0 CREATED, 1 REBALANCING, 2 RUNNING, 3 PENDING_SHUTDOWN, 4 NOT_RUNNING, 5 PENDING_ERROR, 6 ERROR.',
  ),
  'alive-stream-threads': gauge(
    'info',
    'The current number of stream threads that are running or participating in a rebalance.',
  ),
  'failed-stream-threads': counter('info', 'The number of stream threads that failed since the start.'),
  'recording-level': gauge('info', 'The recording level: 0 info, 1 debug, 2 trace.'),
}
