import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface ClientKey {
  /** A PKCS12 file with the client's key. */
  readonly store: string
  readonly password: string
  /** Server properties by which a broker asks for this key and trusts it. */
  readonly properties: Readonly<Record<string, string>>
  remove(): Promise<void>
}

/** A key by which a client shows who it is, in a folder of its own. */
export async function makeClientKey(): Promise<ClientKey> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-client-key-'))
  const password = 'of-the-client'
  const store = join(folder, 'client.p12')
  const certificate = join(folder, 'client.pem')
  const trusted = join(folder, 'trusted.p12')
  const kind = ['-keyalg', 'RSA', '-storetype', 'PKCS12', '-validity', '2', '-dname', 'CN=clicks']
  const own = ['-keystore', store, '-storepass', password, '-alias', 'client']
  await run('keytool', ['-genkeypair', ...kind, ...own])
  await run('keytool', ['-exportcert', '-rfc', '-file', certificate, ...own])
  await run('keytool', [
    '-importcert',
    '-noprompt',
    ...['-file', certificate, '-alias', 'client', '-storetype', 'PKCS12'],
    ...['-keystore', trusted, '-storepass', password],
  ])
  return {
    store,
    password,
    properties: {
      'listener.name.sasl_ssl.ssl.client.auth': 'required',
      'ssl.truststore.location': trusted,
      'ssl.truststore.type': 'PKCS12',
      'ssl.truststore.password': password,
    },
    remove: () => rm(folder, { recursive: true }),
  }
}
