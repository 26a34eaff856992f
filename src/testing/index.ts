export { EmbeddedCluster, type EmbeddedClusterOptions } from '../client/embedded/cluster.ts'
