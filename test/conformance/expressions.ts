// The expression language in which the vectors write user code, compiled to closures.

import type { ExpressionJson } from './case.ts'
import { nullAware, nullPropagating } from './functions.ts'
import { isObject } from './values.ts'

/** Variables by name, without the `$`. */
export type Environment = Readonly<Record<string, unknown>>

export type Compiled = (environment: Environment) => unknown

/** @throws Error for what is not an expression. */
export function compile(json: ExpressionJson): Compiled {
  if (typeof json === 'string') return json.startsWith('$') ? variable(json.slice(1)) : () => json
  if (Array.isArray(json)) return call(json[0], json.slice(1).map(compile))
  if (isObject(json) && '$long' in json) {
    const value = BigInt(json['$long'] as string)
    return () => value
  }
  return () => json
}

/** True only if the expression yields exactly `true`. */
export function compilePredicate(json: ExpressionJson): (environment: Environment) => boolean {
  const test = compile(json)
  return (environment) => test(environment) === true
}

function variable(name: string): Compiled {
  return (environment) => {
    if (!(name in environment)) throw new Error(`unbound variable $${name}`)
    return environment[name] ?? null
  }
}

function call(name: unknown, args: readonly Compiled[]): Compiled {
  const lazy = own(lazyCalls, String(name))
  if (lazy) return lazy(args)
  const aware = own(nullAware, String(name))
  if (aware) return (environment) => aware(...(values(args, environment) as never[]))
  const propagating = own(nullPropagating, String(name))
  if (!propagating) throw new Error(`unknown function ${String(name)}`)
  return (environment) => {
    const given = values(args, environment)
    return given.includes(null) ? null : propagating(...(given as never[]))
  }
}

/** A name such as `toString` is one of every object. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function values(args: readonly Compiled[], environment: Environment): unknown[] {
  return args.map((arg) => arg(environment))
}

const lazyCalls: Readonly<Record<string, (args: readonly Compiled[]) => Compiled>> = {
  if: ([condition, yes, no]) => {
    return (environment) => (condition!(environment) === true ? yes!(environment) : no!(environment))
  },
  and: (args) => (environment) => args.every((arg) => arg(environment) === true),
  or: (args) => (environment) => args.some((arg) => arg(environment) === true),
}
