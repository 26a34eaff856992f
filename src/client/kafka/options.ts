import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { StreamsError } from '../../core/errors.ts'
import type { SaslOptions } from './kafkajs.ts'

/** How to reach a Kafka cluster. */
export interface KafkaOptions {
  /** Bootstrap addresses, `host:port`; an IPv6 host in brackets. */
  readonly brokers: readonly string[]
  readonly clientId: string
  /** TLS, with Node's options for it or its defaults. */
  readonly ssl?: boolean | TlsOptions
  readonly sasl?: SaslOptions
  /** For TCP, TLS, ApiVersions and SASL together. Default 10 s. */
  readonly connectionTimeoutMs?: number
  /** After which an unanswered request closes its connection. Default 30 s. */
  readonly requestTimeoutMs?: number
  /** How long the first connection may take before the call fails; afterwards the network is tried for ever. Default 30 s. */
  readonly startTimeoutMs?: number
  /** How long a call repeats what the broker refuses as retriable. Default 60 s. */
  readonly apiTimeoutMs?: number
  /** How long a batch may be refused as retriable before the producer fails. Default 120 s. */
  readonly deliveryTimeoutMs?: number
  /** Before a failed call is repeated the first time; doubled each time. Default 20 ms. */
  readonly retryBackoffMs?: number
  /** The longest pause between repetitions. Default 1 s. */
  readonly retryBackoffMaxMs?: number
}

/** All set. */
export interface KafkaSettings extends Required<Omit<KafkaOptions, 'ssl' | 'sasl' | 'brokers'>> {
  readonly bootstrap: readonly Address[]
  readonly tls: TlsOptions | undefined
  readonly sasl: SaslOptions | undefined
}

export interface Address {
  readonly host: string
  readonly port: number
}

const times = [
  'connectionTimeoutMs',
  'requestTimeoutMs',
  'startTimeoutMs',
  'apiTimeoutMs',
  'deliveryTimeoutMs',
  'retryBackoffMs',
  'retryBackoffMaxMs',
] as const

const known: ReadonlySet<string> = new Set([
  'brokers',
  'clientId',
  'ssl',
  'sasl',
  ...times,
] satisfies (keyof KafkaOptions)[])

/** What each mechanism needs, and of which type. */
const mechanisms: Readonly<Record<string, Readonly<Record<string, 'string' | 'function'>>>> = {
  plain: { username: 'string', password: 'string' },
  'scram-sha-256': { username: 'string', password: 'string' },
  'scram-sha-512': { username: 'string', password: 'string' },
  oauthbearer: { oauthBearerProvider: 'function' },
  aws: { authorizationIdentity: 'string', accessKeyId: 'string', secretAccessKey: 'string' },
}

/** Values are not told: they are secrets. */
function saslProblems(sasl: SaslOptions): readonly string[] {
  const { mechanism } = sasl
  // kafkajs' way to bring a mechanism of one's own.
  if (typeof sasl['authenticationProvider'] === 'function') return []
  const needed = mechanisms[String(mechanism).toLowerCase()]
  if (!needed) return [`kafka.sasl.mechanism: none of ${Object.keys(mechanisms).join(', ')}`]
  return Object.entries(needed)
    .filter(([name, type]) => typeof sasl[name] !== type)
    .map(([name, type]) => `kafka.sasl.${name}: ${mechanism} needs a ${type} here`)
}

/** What is wrong with them, a line each. */
export function kafkaProblems(options: Omit<KafkaOptions, 'clientId'>): readonly string[] {
  const problems = Object.keys(options)
    .filter((name) => !known.has(name))
    .map((name) => `kafka.${name}: no such option`)
  for (const name of times)
    if (options[name] !== undefined && !(Number.isSafeInteger(options[name]) && options[name] >= 0))
      problems.push(`kafka.${name}: not a whole number of ms`)
  if (options.sasl !== undefined) problems.push(...saslProblems(options.sasl))
  const { brokers } = options
  if (!Array.isArray(brokers) || brokers.length === 0)
    return [...problems, 'kafka.brokers is empty: name at least one host:port']
  const wrong = brokers.filter((broker) => !parseAddress(broker))
  return [...problems, ...wrong.map((broker) => `kafka.brokers: '${broker}' is not host:port`)]
}

/** @throws StreamsError `options-invalid` listing every problem. */
export function kafkaSettings(options: KafkaOptions): KafkaSettings {
  const problems = kafkaProblems(options)
  if (problems.length > 0) throw new StreamsError('options-invalid', problems.join('\n'))
  return {
    bootstrap: options.brokers.map((broker) => parseAddress(broker)!),
    clientId: options.clientId,
    tls: options.ssl === true ? {} : options.ssl || undefined,
    sasl: options.sasl,
    connectionTimeoutMs: options.connectionTimeoutMs ?? 10_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    startTimeoutMs: options.startTimeoutMs ?? 30_000,
    apiTimeoutMs: options.apiTimeoutMs ?? 60_000,
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? 120_000,
    retryBackoffMs: options.retryBackoffMs ?? 20,
    retryBackoffMaxMs: options.retryBackoffMaxMs ?? 1000,
  }
}

/** @returns undefined for what is no address */
function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(String(text).trim())
  const port = Number(match?.[3])
  if (!match || port < 1 || port > 65_535) return undefined
  return { host: (match[1] ?? match[2])!, port }
}

export function addressName({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
