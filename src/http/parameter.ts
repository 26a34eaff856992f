import { invalid } from './problem.ts'

/** A part of JSON Schema, as OpenAPI 3.1 has it. */
export type Schema = Readonly<Record<string, unknown>>

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly description: string
  readonly schema: Schema
  /** Of the query; those of the path always are. */
  readonly required?: boolean
}

export function pathParameter(name: string, description: string): Parameter {
  return { name, in: 'path', description, schema: { type: 'string' } }
}

export function queryParameter(
  name: string,
  description: string,
  schema: Schema = { type: 'string' },
): Parameter {
  return { name, in: 'query', description, schema }
}

/** What a request says for the parameters of its endpoint. */
export class Values {
  readonly #texts: ReadonlyMap<string, string>

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts
  }

  text(name: string): string | undefined {
    return this.#texts.get(name)
  }

  /** @throws Refusal 400 if it is missing */
  required(name: string): string {
    const text = this.#texts.get(name)
    if (text === undefined) throw invalid(`${name}: is missing`)
    return text
  }

  /** Without a value (`?reverse`) it is true. @throws Refusal 400 */
  flag(name: string): boolean {
    return this.choice(name, ['true', 'false', ''], 'false') !== 'false'
  }

  /** @throws Refusal 400 */
  choice<C extends string>(name: string, choices: readonly C[], otherwise: C): C {
    const text = this.#texts.get(name)
    if (text === undefined) return otherwise
    const found = choices.find((one) => one === text)
    if (found !== undefined) return found
    throw invalid(`${name}: is not one of ${choices.filter((one) => one !== '').join(', ')}`)
  }

  /** @throws Refusal 400 */
  count(name: string, otherwise: number, most: number): number {
    const text = this.#texts.get(name)
    if (text === undefined) return Math.min(otherwise, most)
    const value = /^\d{1,15}$/.test(text) ? Number(text) : 0
    if (value >= 1 && value <= most) return value
    throw invalid(`${name}: is not a whole number from 1 to ${most}`)
  }

  /** Ms since the epoch, or a date and time of ISO 8601 with its zone. @throws Refusal 400 */
  time(name: string): number | undefined {
    const text = this.#texts.get(name)
    if (text === undefined) return undefined
    if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
    const ms = isoTime.test(text) ? Date.parse(text) : Number.NaN
    if (Number.isSafeInteger(ms) && ms >= 0) return ms
    throw invalid(`${name}: is neither ms since the epoch nor a time such as 2024-01-05T10:00:00Z`)
  }
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/

/**
 * The values of a query, decoded. One that the endpoint does not know would else be passed over, and a mistyped bound
 * give the whole store.
 * @throws Refusal 400
 */
export function queryTexts(query: string, parameters: readonly Parameter[]): Map<string, string> {
  const texts = new Map<string, string>()
  for (const part of query.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = decoded(equals < 0 ? part : part.slice(0, equals))
    if (!parameters.some((one) => one.in === 'query' && one.name === name))
      throw invalid(`${JSON.stringify(name.slice(0, 100))}: no such parameter here`)
    if (texts.has(name)) throw invalid(`${name}: is given more than once`)
    texts.set(name, equals < 0 ? '' : decoded(part.slice(equals + 1)))
  }
  return texts
}

function decoded(text: string): string {
  return decodedPart(text.replaceAll('+', ' '))
}

/** @throws Refusal 400 if it is not the percent-encoding of UTF-8 */
export function decodedPart(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('the URL has a % that is not followed by the code of a UTF-8 byte')
  }
}
