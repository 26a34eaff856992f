import type { Clock } from '../core/time/clock.ts'
import { Avg } from '../metrics/avg.ts'
import type { StoreCall } from '../metrics/catalog-store.ts'
import { Max } from '../metrics/max.ts'
import { Rate } from '../metrics/rate.ts'
import type { MetricScope } from '../metrics/registry.ts'
import type { Sensor } from '../metrics/sensor.ts'
import { WindowedCount } from '../metrics/windowed-count.ts'
import type { StoreSpec } from '../plan/store-spec.ts'

const group = 'stream-state-metrics'

/** Under which of Java's calls a method is filed, as its Metered...Store classes do. */
const calls: Readonly<Record<string, StoreCall>> = {
  put: 'put',
  putIfAbsent: 'put-if-absent',
  putAll: 'put-all',
  get: 'get',
  fetch: 'fetch',
  fetchKeys: 'fetch',
  fetchAll: 'fetch',
  fetchSession: 'fetch',
  findSessions: 'fetch',
  findSessionsOf: 'fetch',
  findSessionsByEnd: 'fetch',
  all: 'all',
  range: 'range',
  prefixScan: 'prefix-scan',
  delete: 'delete',
  remove: 'remove',
}

/** Window stores file what they find by key and time, and all of it, as fetches. */
const windowCalls: Readonly<Record<string, StoreCall>> = { ...calls, get: 'fetch', all: 'fetch' }

/** A typed store whose calls are counted and timed; at `debug` only, since it costs two looks at the clock a call. */
export function meteredStore<S extends object>(
  store: S,
  spec: StoreSpec,
  scope: MetricScope,
  clock: Clock,
): S {
  const byMethod = spec.kind === 'window' ? windowCalls : calls
  const sensors = new Map<StoreCall, Sensor>()
  const sensorOf = (call: StoreCall): Sensor => {
    const sensor = sensors.get(call) ?? newSensor(call, spec, scope)
    sensors.set(call, sensor)
    return sensor
  }
  const methods = new Map<string | symbol, unknown>()
  return new Proxy(store, {
    get(target, name) {
      const known = methods.get(name)
      if (known !== undefined) return known
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      const call = typeof name === 'string' ? byMethod[name] : undefined
      const bound = member.bind(target) as (...values: unknown[]) => unknown
      const method = call ? timed(bound, sensorOf(call), clock) : bound
      methods.set(name, method)
      return method
    },
  })
}

function timed(
  method: (...values: unknown[]) => unknown,
  sensor: Sensor,
  clock: Clock,
): (...values: unknown[]) => unknown {
  return (...values) => {
    const start = clock.monotonic()
    try {
      return method(...values)
    } finally {
      const now = clock.monotonic()
      sensor.record((now - start) * 1e6, now)
    }
  }
}

function newSensor(call: StoreCall, spec: StoreSpec, scope: MetricScope): Sensor {
  const stats = {
    [`${call}-rate`]: new Rate(new WindowedCount()),
    [`${call}-latency-avg`]: new Avg(),
    [`${call}-latency-max`]: new Max(),
  }
  return scope.sensor(group, stats, storeTags(spec))
}

/** As Java's, with the engine that it is: `lmdb-window-state-id`, `in-memory-state-id` ... */
export function storeTags({ name, kind, engine }: StoreSpec): Readonly<Record<string, string>> {
  const where = engine === 'memory' ? 'in-memory' : engine === 'lmdb' ? 'lmdb' : 'custom'
  const what = kind === 'key-value' ? '' : `-${kind}`
  return { [`${where}${what}-state-id`]: name }
}
