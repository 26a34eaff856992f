import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const password = 'of-the-test'

export interface BrokerKey {
  /** Server properties that name it. */
  readonly properties: Readonly<Record<string, string>>
  /** The certificate that clients trust, PEM. */
  readonly certificate: string
  remove(): Promise<void>
}

/** A key for a broker's TLS listener, in a folder of its own. */
export async function makeBrokerKey(): Promise<BrokerKey> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-tls-'))
  const store = join(folder, 'broker.p12')
  const certificate = join(folder, 'broker.pem')
  const access = ['-keystore', store, '-storepass', password, '-alias', 'broker']
  const names = ['-dname', 'CN=localhost', '-ext', 'SAN=dns:localhost,ip:127.0.0.1']
  const kind = ['-keyalg', 'RSA', '-storetype', 'PKCS12', '-validity', '2']
  await run('keytool', ['-genkeypair', ...kind, ...access, ...names])
  await run('keytool', ['-exportcert', '-rfc', '-file', certificate, ...access])
  return {
    properties: {
      'ssl.keystore.location': store,
      'ssl.keystore.type': 'PKCS12',
      'ssl.keystore.password': password,
    },
    certificate: await readFile(certificate, 'utf8'),
    remove: () => rm(folder, { recursive: true }),
  }
}
