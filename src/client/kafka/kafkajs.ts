import type { Socket } from 'node:net'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
// @ts-expect-error kafkajs has no types for its inner modules
import connectionModule from 'kafkajs/src/network/connection.js'
import { StreamsError } from '../../core/errors.ts'

// The only file that imports kafkajs, of which we use one class: a connection, which knows TCP, TLS and SASL. The types
// are written by hand from kafkajs 2.2.4, and what we touch is checked when a connection is made.

/** As kafkajs takes it: `{ mechanism: 'plain', username, password }`, scram-sha-256, scram-sha-512, aws, oauthbearer. */
export interface SaslOptions {
  readonly mechanism: string
  readonly [option: string]: unknown
}

/** kafkajs' Connection: the part that we use. */
export interface KafkajsConnection {
  /** Creates the socket. Resolves when it is connected (and TLS is agreed). */
  connect(): Promise<unknown>
  /** SASL; several calls at once share one exchange. */
  authenticate(): Promise<void>
  /** False without SASL, too, until `authenticate` was called. */
  isAuthenticated(): boolean
  /** What the broker speaks, by API key: `authenticate` looks there. */
  setVersions(versions: Readonly<Record<number, KafkajsVersions>>): void
  /** SASL in Kafka frames (KIP-152), as all brokers since 1.0 have it. */
  setSupportAuthenticationProtocol(supported: boolean): void
  nextCorrelationId(): number
  readonly requestQueue: KafkajsRequestQueue
  /** Called with what the socket received. */
  processData(data: Uint8Array): void
  /** Called when the socket failed or was closed by the broker. */
  rejectRequests(error: Error): void
}

export interface KafkajsVersions {
  readonly minVersion: number
  readonly maxVersion: number
}

/** Holds the requests that kafkajs itself makes: those of SASL. */
export interface KafkajsRequestQueue {
  fulfillRequest(response: { correlationId: number; size: number; payload: Uint8Array }): void
  rejectAll(error: Error): void
  scheduleCheckPendingRequests(): void
}

/** What `new Connection` takes. */
export interface KafkajsConnectionOptions {
  readonly host: string
  readonly port: number
  readonly clientId: string
  readonly ssl: TlsOptions | null
  readonly sasl: SaslOptions | null
  readonly connectionTimeout: number
  readonly socketFactory: (options: {
    readonly host: string
    readonly port: number
    readonly onConnect: () => void
  }) => Socket
}

type KafkajsConnectionClass = new (options: object) => KafkajsConnection

const methods = [
  'connect',
  'authenticate',
  'isAuthenticated',
  'setVersions',
  'setSupportAuthenticationProtocol',
  'nextCorrelationId',
  'processData',
  'rejectRequests',
] as const
const queueMethods = ['fulfillRequest', 'rejectAll', 'scheduleCheckPendingRequests'] as const

/** @throws StreamsError `internal` if this is not the kafkajs that we know. */
export function createKafkajsConnection(options: KafkajsConnectionOptions): KafkajsConnection {
  const Connection = connectionModule as KafkajsConnectionClass
  const connection = new Connection({
    ...options,
    // A copy: kafkajs keeps things in it.
    sasl: options.sasl && { ...options.sasl },
    logger: silent,
    // A session that ends within this time is authenticated anew before the next request.
    reauthenticationThreshold: 2000,
    // Requests are timed by us; kafkajs would run an interval timer for each connection.
    enforceRequestTimeout: false,
    requestTimeout: options.connectionTimeout,
  })
  requireMethods(connection, methods, 'Connection')
  requireMethods(connection.requestQueue, queueMethods, 'RequestQueue')
  // It would set a timer for each answer, though nothing ever waits in this queue.
  connection.requestQueue.scheduleCheckPendingRequests = () => {}
  return connection
}

function requireMethods(target: object, names: readonly string[], what: string): void {
  const missing = names.filter((name) => typeof (target as Record<string, unknown>)[name] !== 'function')
  if (missing.length > 0)
    throw new StreamsError(
      'internal',
      `kafkajs ${what} lacks ${missing.join(', ')}: Millrace needs kafkajs 2.2.4 exactly; run npm ls kafkajs`,
    )
}

interface KafkajsLogger {
  namespace(): KafkajsLogger
  debug(): void
  info(): void
  warn(): void
  error(): void
}

/** What kafkajs logs as an error, our callers are told as an error. */
const silent: KafkajsLogger = {
  namespace: () => silent,
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
}
