import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KafkaConnection } from '../app/application-options.ts'
import { fromProperties } from '../app/properties/from-properties.ts'
import { parseProperties } from '../app/properties/parse-properties.ts'
import type { Arguments } from './arguments.ts'
import { UsageError } from './command.ts'

/** What the option `--config` says; options of their own go before it. */
export interface Config {
  readonly applicationId: string | undefined
  readonly stateDir: string | undefined
  readonly kafka: KafkaConnection | undefined
}

/**
 * Reads `--config`: that of an application, or that of a client, which need not name an application.
 * @throws UsageError if it cannot be read; StreamsError `options-invalid` listing its problems.
 */
export function configOf(args: Arguments): Config {
  const file = args.text('config')
  if (file === undefined) return { applicationId: undefined, stateDir: undefined, kafka: undefined }
  const text = textOf(file)
  const present = parseProperties(text)
  const missing = Object.entries({ 'application.id': 'none', 'bootstrap.servers': 'localhost:9092' })
    .filter(([key]) => !present.has(key))
    .map(([key, value]) => `\n${key}=${value}`)
  const { options } = fromProperties(`${text}\n${missing.join('')}`)
  return {
    applicationId: present.has('application.id') ? options.applicationId : undefined,
    stateDir: options.stateDir,
    kafka: present.has('bootstrap.servers') ? options.kafka : { ...options.kafka, brokers: [] },
  }
}

/** It may name a directory that is deleted. @throws UsageError */
export function applicationIdOf(args: Arguments): string {
  const id = args.text('application-id') ?? configOf(args).applicationId
  if (id === undefined) throw new UsageError('--application-id is missing')
  if (/^[a-zA-Z0-9._-]{1,200}$/.test(id) && !/^\.+$/.test(id)) return id
  throw new UsageError(`--application-id: '${id}' is not a name of letters, digits, '.', '_' and '-'`)
}

/** `<stateDir>/<application id>`; it need not exist. */
export function statePathOf(args: Arguments): string {
  const stateDir = args.text('state-dir') ?? configOf(args).stateDir ?? join(tmpdir(), 'kafka-streams')
  return join(stateDir, applicationIdOf(args))
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`--config: ${(error as Error).message}`)
  }
}
