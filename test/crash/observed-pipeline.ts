import { isMainThread } from 'node:worker_threads'
import { topology } from '../../src/dsl/topology.ts'
import { observeThread } from './observe.ts'
import { buildPipeline } from './pipeline.ts'

// Stream threads in workers import this file, and nothing else of the harness.
if (!isMainThread) observeThread()

export const pipeline = topology(import.meta.url, buildPipeline)
