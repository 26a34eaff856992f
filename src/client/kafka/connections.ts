import { StreamsError } from '../../core/errors.ts'
import type { Clock } from '../../core/time/clock.ts'
import { Connection } from './connection.ts'
import { type Address, addressName, type KafkaSettings } from './options.ts'
import { brokerUnreachable, clientClosed } from './unreachable.ts'

/**
 * The connections of one user (a producer, a fetcher, a group member, administration): one a broker. Users do not share
 * them, since a request waits behind a JoinGroup or Fetch that the broker holds back on the same connection.
 */
export class Connections {
  readonly #settings: KafkaSettings
  readonly #clock: Clock
  readonly #open = new Map<string, Connection>()
  readonly #opening = new Map<string, Promise<Connection>>()
  #closed = false

  constructor(settings: KafkaSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
  }

  /** The open connection to a broker, if there is one. */
  existing(address: Address): Connection | undefined {
    const connection = this.#open.get(addressName(address))
    return connection?.closed ? undefined : connection
  }

  /** Connects if need be; calls at the same time share the attempt. @throws StreamsError `broker-unreachable` */
  async to(address: Address): Promise<Connection> {
    const existing = this.existing(address)
    if (existing) return existing
    const name = addressName(address)
    const opening = this.#opening.get(name) ?? this.#connect(name, address)
    return opening
  }

  /** A connection to any of the brokers, preferably one that is open. */
  async toAny(addresses: readonly Address[]): Promise<Connection> {
    for (const connection of this.#open.values()) if (!connection.closed) return connection
    const failures: unknown[] = []
    for (const address of addresses)
      try {
        return await this.to(address)
      } catch (error) {
        if (!StreamsError.is(error, 'broker-unreachable') || error.details['retriable'] === false) throw error
        failures.push(error)
      }
    if (failures.length === 1) throw failures[0]
    const names = addresses.map(addressName).join(', ')
    throw brokerUnreachable(names, 'cannot be reached', new AggregateError(failures, messages(failures)))
  }

  /** Closes what is open: pending requests fail, and a later call connects anew. */
  reset(): void {
    for (const connection of this.#open.values()) connection.close()
    this.#open.clear()
  }

  close(): void {
    this.#closed = true
    for (const connection of this.#open.values()) connection.close(clientClosed())
  }

  #connect(name: string, address: Address): Promise<Connection> {
    if (this.#closed) return Promise.reject(clientClosed())
    const opening = Connection.open(address, this.#settings, this.#clock)
      .then((connection) => {
        if (this.#closed) {
          connection.close()
          throw clientClosed()
        }
        this.#open.set(name, connection)
        return connection
      })
      .finally(() => this.#opening.delete(name))
    this.#opening.set(name, opening)
    return opening
  }
}

function messages(failures: readonly unknown[]): string {
  return failures.map((failure) => (failure as Error).message).join('; ')
}
