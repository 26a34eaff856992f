import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { adminTests } from './suite/admin.ts'
import { fetchTests } from './suite/fetch.ts'
import { groupTests } from './suite/group.ts'
import { type ClientFixture, Harness } from './suite/harness.ts'
import { produceTests } from './suite/produce.ts'
import { refusalTests } from './suite/refusals.ts'
import { topicTests } from './suite/topics.ts'
import { transactionTests } from './suite/transactions.ts'

export type { ClientFixture } from './suite/harness.ts'

/** What every implementation of the client port does. Nothing is timed: the tests wait for conditions only. */
export function clientSuite(name: string, open: () => Promise<ClientFixture>): void {
  describe(`client port: ${name}`, () => {
    const harness = new Harness(open)
    beforeAll(() => harness.start())
    afterEach(() => harness.reset())
    afterAll(() => harness.stop())
    topicTests(harness)
    produceTests(harness)
    refusalTests(harness)
    fetchTests(harness)
    transactionTests(harness)
    groupTests(harness)
    adminTests(harness)
  })
}
