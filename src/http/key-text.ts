import type { Serde } from '../serde/serde.ts'
import { jsonText } from './json-value.ts'
import { invalid } from './problem.ts'

/**
 * Reads a key out of a URL as its serde has it: text and UUIDs as they are, numbers in decimal, bytes in base64 (also
 * the URL's), everything else as JSON.
 * @throws Refusal 400 if it is none.
 */
export function keyOfText(serde: Serde<unknown>, text: string, parameter: string): unknown {
  const key = parsed(serde, text, parameter)
  try {
    serde.serialize(key)
  } catch {
    throw notA(serde, text, parameter)
  }
  return key
}

/** A key as `keyOfText` reads it. */
export function textOfKey(serde: Serde<unknown>, key: unknown): string {
  switch (textForm(serde)) {
    case 'json':
      return jsonText(key)
    case 'base64':
      return Buffer.from(key as Uint8Array).toString('base64url')
    default:
      return String(key)
  }
}

type TextForm = 'text' | 'number' | 'integer' | 'boolean' | 'base64' | 'json'

const forms: Readonly<Record<string, TextForm>> = {
  string: 'text',
  uuid: 'text',
  long: 'number',
  int16: 'number',
  int32: 'number',
  int64: 'integer',
  float32: 'number',
  float64: 'number',
  boolean: 'boolean',
  bytes: 'base64',
}

/** How keys of a serde are written in URLs. */
export function textForm({ name }: Serde<unknown>): TextForm {
  return forms[name] ?? 'json'
}

function parsed(serde: Serde<unknown>, text: string, parameter: string): unknown {
  switch (textForm(serde)) {
    case 'text':
      return text
    case 'number':
      if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number(text)
      break
    case 'integer':
      if (/^-?\d{1,19}$/.test(text)) return BigInt(text)
      break
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true'
      break
    case 'base64':
      if (/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) return new Uint8Array(Buffer.from(text, 'base64'))
      break
    case 'json':
      return jsonOf(serde, text, parameter)
  }
  throw notA(serde, text, parameter)
}

function jsonOf(serde: Serde<unknown>, text: string, parameter: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw notA(serde, text, parameter)
  }
}

const shown = 100

function notA(serde: Serde<unknown>, text: string, parameter: string): Error {
  const form = textForm(serde)
  const written = { text: '', json: ', as JSON', base64: ', in base64' }[form as string] ?? ''
  return invalid(
    `${parameter}: ${JSON.stringify(text.slice(0, shown))} is not a key of the serde ${serde.name}${written}`,
  )
}
