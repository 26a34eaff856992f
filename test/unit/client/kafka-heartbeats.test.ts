import { describe, expect, test } from 'vitest'
import type { GroupOptions } from '../../../src/client/client.ts'
import { Cluster } from '../../../src/client/kafka/cluster.ts'
import { Heartbeats } from '../../../src/client/kafka/heartbeats.ts'
import { kafkaSettings } from '../../../src/client/kafka/options.ts'
import { brokerUnreachable } from '../../../src/client/kafka/unreachable.ts'
import { Hooks } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { kafkaError, protocolError } from '../../../src/protocol/error-codes.ts'

const network = brokerUnreachable('somewhere:9092', 'cannot be reached')
const rebalance = protocolError(kafkaError.REBALANCE_IN_PROGRESS, 'Heartbeat')
const unknown = protocolError(kafkaError.UNKNOWN_MEMBER_ID, 'Heartbeat')
const loading = protocolError(kafkaError.COORDINATOR_LOAD_IN_PROGRESS, 'Heartbeat')
const options: GroupOptions = {
  groupId: 'group',
  protocolName: 'stream',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 60_000,
  heartbeatIntervalMs: 3000,
  metadata: () => new Uint8Array(),
  assign: async () => new Map(),
}

/** A member whose heartbeats are answered as `answer` says; what happens is written down with its time. */
class Member {
  answer: Error | undefined
  readonly log: string[] = []
  readonly heartbeats: Heartbeats
  readonly #clock = new ManualClock()

  constructor() {
    const context = { clock: this.#clock, logger: silentLogger, hooks: new Hooks() }
    const cluster = new Cluster(kafkaSettings({ brokers: ['a:1'], clientId: 'test' }), context)
    this.heartbeats = new Heartbeats(cluster, options, {
      beat: async (limitMs) => {
        this.#note(`beat, ${limitMs} left`)
        if (this.answer) throw this.answer
      },
      refused: (error) => {
        this.#note(`refused ${error.details['kafkaError']}`)
        return error === rebalance
      },
      expired: () => this.#note('expired'),
    })
  }

  /** Lets time pass in small steps, with room for what it sets off. */
  async pass(ms: number): Promise<string[]> {
    for (let i = 0; i < ms; i += 20) {
      this.#clock.advance(20)
      for (let k = 0; k < 5; k++) await Promise.resolve()
    }
    return this.log.splice(0)
  }

  /** Starts, and lets the time pass in which it beats more often. */
  async settle(): Promise<string[]> {
    this.heartbeats.start()
    return this.pass(options.heartbeatIntervalMs)
  }

  #note(what: string): void {
    this.log.push(`${this.#clock.now()}: ${what}`)
  }
}

describe('heartbeats', () => {
  test('go out at their interval until they are stopped', async () => {
    const member = new Member()
    await member.settle()
    expect(await member.pass(7000)).toEqual(['6000: beat, 7000 left', '9000: beat, 7000 left'])
    member.heartbeats.stop()
    expect(await member.pass(20_000)).toEqual([])
  })

  test('are quick at first: another rebalance may follow, which waits for all', async () => {
    const member = new Member()
    const quick = await member.settle()
    expect(quick).toHaveLength(30)
    expect(quick.slice(0, 2)).toEqual(['100: beat, 9900 left', '200: beat, 9900 left'])
    expect(quick.at(-1)).toBe('3000: beat, 9900 left')
  })

  test('go on after a rebalance was announced, and end when the member is none any more', async () => {
    const member = new Member()
    await member.settle()
    member.answer = rebalance
    const refused = 'refused REBALANCE_IN_PROGRESS'
    expect(await member.pass(6000)).toEqual([
      '6000: beat, 7000 left',
      `6000: ${refused}`,
      '9000: beat, 7000 left',
      `9000: ${refused}`,
    ])
    member.answer = unknown
    expect(await member.pass(20_000)).toEqual(['12000: beat, 7000 left', '12000: refused UNKNOWN_MEMBER_ID'])
  })

  test.each([network, loading])(
    'unanswered, they are repeated sooner, until the session must be over',
    async (error) => {
      const member = new Member()
      await member.settle()
      member.answer = error
      const failing = await member.pass(3140)
      expect(failing).toEqual([
        '6000: beat, 7000 left',
        '6020: beat, 6980 left',
        '6060: beat, 6940 left',
        '6140: beat, 6860 left',
      ])
      member.answer = undefined
      expect(await member.pass(4000)).toEqual(['6300: beat, 6700 left', '9300: beat, 7000 left'])
      member.answer = error
      const last = await member.pass(30_000)
      expect(last.slice(-2)).toEqual(['19300: beat, 0 left', '19300: expired'])
    },
  )
})
