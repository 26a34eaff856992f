import type { Schema } from './parameter.ts'

export const text: Schema = { type: 'string' }
export const flag: Schema = { type: 'boolean', default: false }
export const whole: Schema = { type: 'integer' }
/** Whatever the store's serde makes of it. */
export const anything: Schema = {}

export const nullable = (type: string): Schema => ({ type: [type, 'null'] })
export const arrayOf = (items: Schema): Schema => ({ type: 'array', items })

/** An object with these members, all of them always there but the ones named. */
export function object(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required }
}

export const time: Schema = {
  oneOf: [
    { type: 'integer', minimum: 0, description: 'ms since the epoch' },
    { type: 'string', format: 'date-time' },
  ],
}

export const window: Schema = object({ start: whole, end: whole })

export const partition: Schema = object({ topic: text, partition: whole })

/** Several entries, as far as the limits let. */
export function page(entry: Schema): Schema {
  const members = { entries: arrayOf(entry), more: { type: 'boolean' }, next: text, ...ageSchema }
  return object(members, ['next', ...ageMembers])
}

/** Of an answer: how old it is, of a checkpoint in ms, of a standby in records of its changelog. */
export const ageSchema: Readonly<Record<string, Schema>> = { checkpointAgeMs: whole, lag: whole }

export const ageMembers: readonly string[] = Object.keys(ageSchema)
