import { readFileSync } from 'node:fs'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import type { KafkaConnection } from '../application-options.ts'

type Properties = ReadonlyMap<string, string>
type Security = Pick<KafkaConnection, 'ssl' | 'sasl'>

/** Keys that `readSecurity` reads. */
export const securityKeys: ReadonlySet<string> = new Set([
  'security.protocol',
  'sasl.mechanism',
  'sasl.jaas.config',
  'ssl.truststore.type',
  'ssl.truststore.location',
  'ssl.truststore.password',
  'ssl.truststore.certificates',
  'ssl.keystore.type',
  'ssl.keystore.location',
  'ssl.keystore.password',
  'ssl.keystore.key',
  'ssl.keystore.certificate.chain',
  'ssl.key.password',
  'ssl.endpoint.identification.algorithm',
  'ssl.enabled.protocols',
])

const mechanisms: ReadonlySet<string> = new Set(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])

/**
 * TLS and SASL from Java's keys. Problems name keys and never values: those may be secrets.
 * @param problem is told what is wrong.
 */
export function readSecurity(properties: Properties, problem: (text: string) => void): Security {
  const protocol = (properties.get('security.protocol') ?? 'PLAINTEXT').toUpperCase()
  if (!['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'].includes(protocol)) {
    problem('security.protocol: not PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL')
    return {}
  }
  const sasl = protocol.startsWith('SASL') ? readSasl(properties, problem) : undefined
  return {
    ...(protocol.endsWith('SSL') && { ssl: readTls(properties, problem) }),
    ...(sasl && { sasl }),
  }
}

function readSasl(properties: Properties, problem: (text: string) => void): Security['sasl'] {
  const mechanism = properties.get('sasl.mechanism') ?? 'GSSAPI'
  if (mechanism === 'OAUTHBEARER') {
    problem(
      "sasl.mechanism: OAUTHBEARER needs a function that gives tokens: leave security.protocol out, and give kafka: { sasl: { mechanism: 'oauthbearer', oauthBearerProvider } } in code",
    )
    return undefined
  }
  if (!mechanisms.has(mechanism)) {
    problem(`sasl.mechanism: ${mechanism} is not supported; use PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512`)
    return undefined
  }
  const login = readJaas(properties.get('sasl.jaas.config') ?? '')
  const username = login.get('username')
  const password = login.get('password')
  if (username !== undefined && password !== undefined)
    return { mechanism: mechanism.toLowerCase(), username, password }
  problem('sasl.jaas.config: no LoginModule with username="..." and password="..."')
  return undefined
}

/** `<LoginModule> required username="..." password="...";` */
function readJaas(config: string): ReadonlyMap<string, string> {
  const options = [...config.matchAll(/(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/gs)]
  return new Map(
    options.map(([, name, quoted, bare]) => [name!, quoted?.replace(/\\(.)/gs, '$1') ?? bare!] as const),
  )
}

function readTls(properties: Properties, problem: (text: string) => void): TlsOptions {
  return {
    ...readTrusted(properties, problem),
    ...readOwnKey(properties, problem),
    ...versions(properties.get('ssl.enabled.protocols')),
    // Java's way to say that the name in the certificate is not looked at.
    ...(properties.get('ssl.endpoint.identification.algorithm') === '' && {
      checkServerIdentity: () => undefined,
    }),
  }
}

function readTrusted(properties: Properties, problem: (text: string) => void): TlsOptions {
  const ca = properties.get('ssl.truststore.certificates')
  if (ca !== undefined) return { ca }
  const location = properties.get('ssl.truststore.location')
  if (location === undefined) return {}
  if (properties.get('ssl.truststore.type') === 'PEM')
    return withFile('ssl.truststore.location', location, problem, (pem) => ({ ca: pem }))
  problem(
    'ssl.truststore.location: only PEM is read: export the certificates (keytool -exportcert -rfc) and set ssl.truststore.type=PEM',
  )
  return {}
}

function readOwnKey(properties: Properties, problem: (text: string) => void): TlsOptions {
  const key = properties.get('ssl.keystore.key')
  const cert = properties.get('ssl.keystore.certificate.chain')
  const passphrase = properties.get('ssl.key.password')
  if (key !== undefined && cert !== undefined) return { key, cert, ...(passphrase && { passphrase }) }
  if (key !== undefined || cert !== undefined) {
    problem('ssl.keystore.key, ssl.keystore.certificate.chain: only one of the two is there')
    return {}
  }
  const location = properties.get('ssl.keystore.location')
  if (location === undefined) return {}
  const kind = properties.get('ssl.keystore.type')
  if (kind === 'PEM')
    return withFile('ssl.keystore.location', location, problem, (pem) => ({
      key: pem,
      cert: pem,
      ...(passphrase && { passphrase }),
    }))
  if (kind === 'PKCS12')
    return withFile('ssl.keystore.location', location, problem, (pfx) => ({
      pfx,
      passphrase: properties.get('ssl.keystore.password') ?? '',
    }))
  problem(
    'ssl.keystore.location: only PEM and PKCS12 are read: convert it (keytool -importkeystore -deststoretype PKCS12) and set ssl.keystore.type',
  )
  return {}
}

function withFile(
  key: string,
  path: string,
  problem: (text: string) => void,
  use: (content: Buffer) => TlsOptions,
): TlsOptions {
  let content: Buffer
  try {
    content = readFileSync(path)
  } catch (error) {
    problem(`${key}: cannot be read: ${(error as Error).message}`)
    return {}
  }
  return use(content)
}

function versions(enabled: string | undefined): TlsOptions {
  const known = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const
  const named = known.filter((one) => (enabled ?? '').split(/\s*,\s*/).includes(one))
  if (named.length === 0) return {}
  return { minVersion: named[0]!, maxVersion: named.at(-1)! }
}
