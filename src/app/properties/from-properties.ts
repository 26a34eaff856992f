import { readFileSync } from 'node:fs'
import { StreamsError } from '../../core/errors.ts'
import type { KafkaConnection, KafkaStreamsOptions } from '../application-options.ts'
import { type JavaOption, javaOptions, restoreOptions, type Scope } from './java-options.ts'
import { parseProperties } from './parse-properties.ts'
import { readSecurity, securityKeys } from './security-properties.ts'
import { whyWithoutMeaning } from './without-meaning.ts'

/** A property that is of Java's, but does nothing here. */
export interface IgnoredProperty {
  readonly key: string
  readonly reason: string
}

export interface PropertiesOptions {
  /** To be spread into the options of `new KafkaStreams`. */
  readonly options: KafkaStreamsOptions & { readonly kafka: KafkaConnection }
  /** To be looked at once: what the file says and nobody heeds. Values are not in it, they may be secrets. */
  readonly ignored: readonly IgnoredProperty[]
}

type Properties = ReadonlyMap<string, string>

const topicPrefix = 'topic.'
const tagPrefix = 'client.tag.'

const scopes: readonly Exclude<Scope, ''>[] = [
  'main.consumer.',
  'restore.consumer.',
  'global.consumer.',
  'consumer.',
  'producer.',
  'admin.',
]

/**
 * Reads the configuration of a Kafka Streams application of Java's: the keys of StreamsConfig, those of its clients with
 * and without their prefixes, `topic.` and `client.tag.`, and old names.
 *
 *     const { options, ignored } = fromProperties('streams.properties')
 *     const app = new KafkaStreams(clickCount, { ...options, threads: 2 })
 *
 * @param source the path of a file, if it is a URL or one line that ends in `.properties`; otherwise the text itself.
 * @throws StreamsError `options-invalid` listing every problem: unknown keys, values that are wrong. What options mean
 * together is checked by `new KafkaStreams`.
 */
export function fromProperties(source: string | URL): PropertiesOptions {
  const text = isPath(source) ? readText(source) : String(source)
  return new PropertiesReader(parseProperties(text)).read()
}

function isPath(source: string | URL): boolean {
  return source instanceof URL || /^[^\r\n]+\.properties$/.test(source)
}

function readText(path: string | URL): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new StreamsError('options-invalid', `${path}: cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
}

function split(key: string): { readonly scope: Scope; readonly name: string } {
  const scope = scopes.find((prefix) => key.startsWith(prefix)) ?? ''
  return { scope, name: key.slice(scope.length) }
}

/** Keys without a prefix first, then `consumer.`, then what is more special. */
function byPrecedence(properties: Properties): readonly (readonly [string, string])[] {
  const rank = (key: string): number => {
    const { scope } = split(key)
    if (scope === '') return 0
    return scope === 'main.consumer.' ? 2 : 1
  }
  return [...properties].sort(([one], [other]) => rank(one) - rank(other))
}

function optionOf(scope: Scope, name: string): JavaOption | undefined {
  if (scope === 'restore.consumer.') return restoreOptions.find(({ key }) => key === name)
  return javaOptions.find(
    ({ key, oldKeys = [], scopes: own = [] }) =>
      (key === name || oldKeys.includes(name)) && (scope === '' || own.includes(scope)),
  )
}

function whyIgnored(scope: Scope, name: string): string | undefined {
  const why = whyWithoutMeaning(name)
  if (why !== undefined || scope === '') return why
  const shared = securityKeys.has(name) || optionOf('', name) !== undefined
  return shared ? `all clients share this setting: give ${name} without ${scope}` : undefined
}

/** Sorts the properties: options, what is ignored, and problems. */
class PropertiesReader {
  readonly #properties: Properties
  readonly #options: Record<string, unknown> = {}
  readonly #ignored: IgnoredProperty[] = []
  readonly #problems: string[] = []
  /** What says how connections are secured: it is read together. */
  readonly #security = new Map<string, string>()

  constructor(properties: Properties) {
    this.#properties = properties
  }

  read(): PropertiesOptions {
    for (const [key, value] of byPrecedence(this.#properties)) this.#take(key, value)
    const security = readSecurity(this.#security, (problem) => this.#problems.push(problem))
    for (const [name, value] of Object.entries(security)) this.#set(['kafka', name], value)
    for (const key of ['application.id', 'bootstrap.servers'])
      if (!this.#properties.has(key)) this.#problems.push(`${key}: missing`)
    if (this.#problems.length > 0) throw new StreamsError('options-invalid', this.#problems.join('\n'))
    return {
      options: this.#options as unknown as PropertiesOptions['options'],
      ignored: this.#ignored,
    }
  }

  #take(key: string, value: string): void {
    const { scope, name } = split(key)
    const found = optionOf(scope, name)
    if (found) this.#takeOption(found, key, name, value)
    else if (securityKeys.has(key)) this.#security.set(key, value)
    else if (key.startsWith(topicPrefix)) this.#set(['topic', key.slice(topicPrefix.length)], value)
    else if (name.startsWith(tagPrefix)) this.#set(['clientTags', name.slice(tagPrefix.length)], value)
    else {
      const reason = whyIgnored(scope, name)
      if (reason === undefined)
        this.#problems.push(`${printable(key)}: no such key of Kafka Streams or its clients`)
      else this.#ignored.push({ key, reason })
    }
  }

  #takeOption(option: JavaOption, key: string, name: string, value: string): void {
    if (option.oldKeys?.includes(name) && this.#properties.has(option.key))
      this.#ignored.push({ key, reason: `${option.key} is there, which is its new name` })
    else this.#readValue(option, key, value)
  }

  #readValue({ option, kind }: JavaOption, key: string, text: string): void {
    const path = option.split('.')
    if (typeof kind === 'object') {
      const known = kind.classes[text.slice(text.lastIndexOf('.') + 1)]
      if (known === undefined) this.#problems.push(`${key}: ${kind.otherwise} (${option})`)
      else this.#set(path, known)
    } else if (kind === 'number') this.#readNumber(path, key, text.trim())
    else if (kind === 'list') this.#set(path, listOf(text))
    else this.#set(path, kind === 'lowercase' ? text.toLowerCase() : text)
  }

  #readNumber(path: readonly string[], key: string, text: string): void {
    const value = Number(text)
    if (!/^-?\d+$/.test(text)) this.#problems.push(`${key}: not a whole number`)
    // Long.MAX_VALUE is Java's way to say: without limit.
    else this.#set(path, Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY)
  }

  #set(path: readonly string[], value: unknown): void {
    let at = this.#options
    for (const name of path.slice(0, -1)) {
      at[name] ??= {}
      at = at[name] as Record<string, unknown>
    }
    at[path.at(-1)!] = value
  }
}

/** A line of a key or a certificate that was broken in the wrong place must not be told: it may be a secret. */
function printable(key: string): string {
  return key.length <= 80 && /^[a-z][a-zA-Z0-9_-]*(?:\.[a-zA-Z0-9_-]+)+$/.test(key)
    ? key
    : 'a line that is no property'
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}
