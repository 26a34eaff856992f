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

/** @throws StreamsError `options-invalid` */
export function kafkaSettings(options: KafkaOptions): KafkaSettings {
  if (options.brokers.length === 0)
    throw new StreamsError('options-invalid', 'kafka.brokers is empty: name at least one host:port')
  return {
    bootstrap: options.brokers.map(parseAddress),
    clientId: options.clientId,
    tls: options.ssl === true ? {} : options.ssl || undefined,
    sasl: options.sasl,
    connectionTimeoutMs: options.connectionTimeoutMs ?? 10_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    startTimeoutMs: options.startTimeoutMs ?? 30_000,
    apiTimeoutMs: options.apiTimeoutMs ?? 60_000,
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? 120_000,
  }
}

function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text.trim())
  const port = Number(match?.[3])
  if (!match || port < 1 || port > 65_535)
    throw new StreamsError('options-invalid', `kafka.brokers: '${text}' is not host:port`)
  return { host: (match[1] ?? match[2])!, port }
}

export function addressName({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
