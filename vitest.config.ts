import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** One Kafka broker for all test files of the run. */
const brokerSetup = ['test/integration/shared-broker.ts']
const serial = {
  pool: 'forks' as const,
  fileParallelism: false,
  testTimeout: 180_000,
  hookTimeout: 120_000,
  globalSetup: brokerSetup,
}

export default defineConfig({
  resolve: {
    // What examples import is tested from its source.
    alias: [
      { find: /^millrace$/, replacement: join(import.meta.dirname, 'src/index.ts') },
      { find: /^millrace\/testing$/, replacement: join(import.meta.dirname, 'src/testing/index.ts') },
    ],
  },
  test: {
    projects: [
      // Long limits: a busy machine is no failure.
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 60_000 } },
      {
        extends: true,
        test: { name: 'property', include: ['test/property/**/*.test.ts'], testTimeout: 180_000 },
      },
      {
        extends: true,
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: 'tsconfig.json',
          },
        },
      },
      { extends: true, test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...serial } },
      {
        extends: true,
        // It starts brokers of its own.
        test: { name: 'crash', include: ['test/crash/**/*.test.ts'], ...serial, globalSetup: [] },
      },
    ],
  },
})
