import { unreachable } from '../core/errors.ts'
import type { FilterView, JoinView, MapValuesView, SuppressView, TableView } from '../plan/table-view.ts'
import type { SuppressBuffer, ValueAndTimestamp } from '../store/state-stores.ts'
import type { OperatorContext } from './context.ts'
import { guard } from './guard.ts'
import { mapper } from './map-values.ts'
import { predicateOf } from './predicate.ts'
import { storeLookup } from './store-lookup.ts'
import { transformValuesLookup } from './value-transformer.ts'

/** Finds the values of a table (Java's KTableValueGetter). */
export interface TableLookup {
  /** Only then does `getAsOf` find anything. */
  readonly versioned: boolean
  get(key: unknown): ValueAndTimestamp<unknown> | undefined
  /** The value that was valid at that time, ms since the epoch. */
  getAsOf(key: unknown, timestamp: number): ValueAndTimestamp<unknown> | undefined
  /** Once, before the first lookup. */
  init?(): void
  close?(): void
}

/** @returns a lookup; whoever looks up is to call its `init` and `close` with its own. */
export function tableLookup(view: TableView, context: OperatorContext): TableLookup {
  switch (view.kind) {
    case 'store':
      return storeLookup(view.store, context)
    case 'filter':
      return filterLookup(view, tableLookup(view.of, context))
    case 'map-values':
      return mapValuesLookup(view, tableLookup(view.of, context))
    case 'transform-values':
      return transformValuesLookup(view.node, tableLookup(view.of, context), context)
    case 'join':
      return joinLookup(view, tableLookup(view.left, context), tableLookup(view.right, context))
    case 'suppress':
      return suppressLookup(view, tableLookup(view.of, context), context)
    default:
      return unreachable(view)
  }
}

type Found = ValueAndTimestamp<unknown> | undefined

function filterLookup({ node }: FilterView, of: TableLookup): TableLookup {
  const matches = predicateOf(node)
  const filtered = (key: unknown, found: Found): Found =>
    found && Boolean(matches(found.value, key)) !== node.not ? found : undefined
  return {
    ...of,
    get: (key) => filtered(key, of.get(key)),
    getAsOf: (key, timestamp) => filtered(key, of.getAsOf(key, timestamp)),
  }
}

function mapValuesLookup({ node }: MapValuesView, of: TableLookup): TableLookup {
  const map = mapper(node)
  const mapped = (key: unknown, found: Found): Found =>
    found && valueAt(map(found.value, key), found.timestamp)
  return {
    ...of,
    get: (key) => mapped(key, of.get(key)),
    getAsOf: (key, timestamp) => mapped(key, of.getAsOf(key, timestamp)),
  }
}

/** A join is never versioned, even of versioned tables (KIP-914). */
function joinLookup({ node }: JoinView, left: TableLookup, right: TableLookup): TableLookup {
  const join = guard(node.name, node.joiner)
  return {
    versioned: false,
    get(key) {
      const l = left.get(key)
      if (!l && node.join !== 'outer') return undefined
      const r = right.get(key)
      if (!r && (node.join === 'inner' || !l)) return undefined
      const timestamp = Math.max(l?.timestamp ?? -1, r?.timestamp ?? -1)
      return valueAt(join(l?.value ?? null, r?.value ?? null, key), timestamp)
    },
    getAsOf: () => undefined,
    init() {
      left.init?.()
      right.init?.()
    },
    close() {
      left.close?.()
      right.close?.()
    },
  }
}

function suppressLookup(
  { buffer: name }: SuppressView,
  of: TableLookup,
  context: OperatorContext,
): TableLookup {
  const buffer = context.store<SuppressBuffer<unknown, unknown>>(name)
  return {
    ...of,
    versioned: false,
    get(key) {
      const prior = buffer.priorValue(key)
      // The time of the value let go last is not known any more.
      return prior ? valueAt(prior.value, -1) : of.get(key)
    },
    getAsOf: () => undefined,
  }
}

function valueAt(value: unknown, timestamp: number): Found {
  return value === null ? undefined : { value, timestamp }
}
