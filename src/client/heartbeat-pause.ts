const quickMs = 100

/**
 * How long to wait between heartbeats. A rebalance is often followed by another, in which the members take what others
 * gave up in the first (KIP-429), and which waits until every one has heard of it: so members listen closely for a while.
 *
 * @param sinceJoinMs since the assignment came
 */
export function heartbeatPauseMs(sinceJoinMs: number, heartbeatIntervalMs: number): number {
  return sinceJoinMs < heartbeatIntervalMs ? Math.min(quickMs, heartbeatIntervalMs) : heartbeatIntervalMs
}
