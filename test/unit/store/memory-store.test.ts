import { describe } from 'vitest'
import { MemoryStore } from '../../../src/store/memory-store.ts'
import { byteStoreSuite } from './byte-store.suite.ts'

describe('memory', () => byteStoreSuite(() => new MemoryStore()))
