// The shape of a recorded case: what the files hold, read as it is. The fields are those of the vectors' own format.

export interface ConformanceCase {
  readonly name: string
  readonly area: string
  readonly description?: string
  readonly config: Readonly<Record<string, unknown>>
  readonly driver?: { readonly initialWallClockMs?: number; readonly commit?: 'perRecord' | 'manual' }
  /** Absent: steps of the DSL. */
  readonly api?: 'topology'
  readonly serdes: Readonly<Record<string, readonly [key: SerdeName, value: SerdeName]>>
  readonly topology: readonly Step[]
  readonly inputs: readonly Input[]

  // Recorded from Java; nothing that builds or runs a case may look at it.
  readonly describe?: string
  readonly outputs: Readonly<Record<string, readonly RecordedOutput[]>>
  readonly altOutputs?: Readonly<Record<string, readonly RecordedOutput[]>>
  readonly internal: Readonly<Record<string, readonly RecordedOutput[]>>
  readonly stores?: Readonly<Record<string, RecordedStore>>
  readonly calls?: Readonly<Record<string, readonly RecordedCall[]>>
  readonly branchKeys?: Readonly<Record<string, readonly string[]>>
  readonly queryable?: Readonly<Record<string, string>>
  readonly error?: RecordedError
  readonly quirk?: string
}

/** What a case gives to the interpreter. */
export type GivenCase = Pick<ConformanceCase, 'config' | 'driver' | 'api' | 'serdes' | 'topology' | 'inputs'>

export type SerdeName =
  | string
  | { readonly type: 'timeWindowed'; readonly inner: SerdeName; readonly sizeMs: number | string }
  | { readonly type: 'sessionWindowed'; readonly inner: SerdeName }

/** An expression, see `expressions.ts`. */
export type ExpressionJson = unknown

/** A step; which fields there are depends on `op`. */
export interface Step {
  readonly op: string
  readonly id?: string
  readonly from?: string
  readonly with?: string
  readonly name?: string

  readonly topic?: string
  readonly topics?: readonly string[]
  readonly pattern?: string
  readonly topicExpr?: ExpressionJson
  readonly key?: SerdeName
  readonly value?: SerdeName
  readonly timestampExtractor?: string
  readonly offsetReset?: 'earliest' | 'latest' | 'none'
  readonly partitions?: number
  readonly partitioner?: ExpressionJson

  readonly pred?: ExpressionJson
  readonly fn?: ExpressionJson
  readonly keyFn?: ExpressionJson
  readonly fk?: ExpressionJson
  readonly fkWithKey?: boolean
  readonly withKey?: boolean
  readonly adder?: ExpressionJson
  readonly subtractor?: ExpressionJson
  readonly init?: ExpressionJson
  readonly merger?: ExpressionJson
  readonly joiner?: ExpressionJson

  readonly tag?: string
  readonly label?: string
  readonly branches?: readonly BranchJson[]
  readonly default?: BranchJson
  readonly windows?: WindowsJson
  readonly strategy?: 'onWindowClose' | 'onWindowUpdate'
  readonly materialized?: MaterializedJson
  readonly until?: 'windowCloses' | 'timeLimit'
  readonly limitMs?: number
  readonly buffer?: BufferJson
  readonly logging?: boolean
  readonly kind?: 'inner' | 'left' | 'outer'
  readonly joined?: JoinedJson

  readonly processor?: ProcessorJson | string
  readonly processors?: readonly string[]
  readonly processorName?: string
  readonly sourceName?: string
  readonly parents?: readonly string[]
  readonly store?: StoreJson
  readonly stores?: readonly string[]
  readonly provideStores?: readonly StoreJson[]
}

export interface BranchJson {
  readonly pred?: ExpressionJson
  readonly name?: string
  readonly id?: string
  readonly key?: string
  readonly via?: ExpressionJson
  readonly sink?: Step
}

export interface WindowsJson {
  readonly type?: 'time' | 'sliding' | 'session' | 'unlimited'
  readonly sizeMs?: number
  readonly advanceMs?: number
  readonly gapMs?: number
  readonly diffMs?: number
  readonly startMs?: number
  readonly graceMs?: number
  /** Of stream-stream joins. */
  readonly beforeMs?: number
  readonly afterMs?: number
  readonly legacy?: boolean
}

export interface BufferJson {
  readonly unbounded?: boolean
  readonly maxRecords?: number
  readonly maxBytes?: number
  readonly full?: 'shutDown' | 'emitEarly'
  readonly logging?: boolean
}

export interface JoinedJson {
  readonly key?: SerdeName
  readonly value?: SerdeName
  readonly otherValue?: SerdeName
  readonly name?: string
  readonly graceMs?: number
  readonly storeName?: string
  readonly logging?: boolean
  readonly storeType?: 'inMemory' | 'rocksDB'
  readonly thisStore?: MaterializedJson
  readonly otherStore?: MaterializedJson
}

export interface MaterializedJson {
  readonly store?: string
  readonly key?: SerdeName
  readonly value?: SerdeName
  readonly caching?: boolean
  readonly logging?: boolean
  readonly retentionMs?: number
  readonly storeType?: 'inMemory' | 'rocksDB'
  readonly supplier?: string
  readonly maxEntries?: number
  readonly windowSizeMs?: number
  readonly retainDuplicates?: boolean
  readonly historyRetentionMs?: number
  readonly segmentIntervalMs?: number
}

export interface StoreJson {
  readonly type: 'keyValue' | 'timestampedKeyValue' | 'versioned' | 'window' | 'timestampedWindow' | 'session'
  readonly name: string
  readonly key: SerdeName
  readonly value: SerdeName
  readonly persistent?: boolean
  readonly lru?: number
  readonly retentionMs?: number
  readonly windowSizeMs?: number
  readonly retainDuplicates?: boolean
  readonly historyRetentionMs?: number
  readonly segmentIntervalMs?: number
  readonly caching?: boolean
  readonly logging?: boolean
}

/** A processor; which fields there are depends on `type`. */
export interface ProcessorJson {
  readonly type: string
  readonly store?: string
  readonly kind?: string
  readonly filter?: ExpressionJson
  readonly pred?: ExpressionJson
  readonly key?: ExpressionJson
  readonly value?: ExpressionJson
  readonly timestamp?: ExpressionJson
  readonly removeHeaders?: readonly string[]
  readonly addHeaders?: Readonly<Record<string, ExpressionJson>>
  readonly to?: string | readonly string[]
  readonly routes?: readonly { readonly pred: ExpressionJson; readonly to: string }[]
  readonly message?: string
  readonly intervalMs?: number
  readonly timeType?: 'stream' | 'wallclock'
  readonly startMs?: number
  readonly clear?: boolean
  readonly cancelAfter?: number
}

export type HeaderJson = readonly [name: string, hex: string | null]

export interface RecordInput {
  readonly topic: string
  readonly key?: unknown
  readonly value?: unknown
  readonly keyHex?: string | null
  readonly valueHex?: string | null
  readonly timestamp: number
  readonly headers?: readonly HeaderJson[]
}

export type Input =
  | RecordInput
  | { readonly advanceWallClock: number }
  | { readonly commit: true }
  | { readonly batch: readonly RecordInput[] }

export interface RecordedOutput {
  /** Index of the input that led to it; -1 while the driver is made. */
  readonly i: number
  readonly key?: unknown
  readonly value?: unknown
  readonly keyHex: string | null
  readonly valueHex: string | null
  /** Null: the time of the broker. */
  readonly timestamp: number | null
  readonly headers?: readonly HeaderJson[]
  readonly partition?: number
}

export interface RecordedCall {
  readonly i: number
  readonly key: unknown
  readonly value: unknown
}

export interface RecordedStore {
  readonly type: string
  readonly contents?: readonly Readonly<Record<string, unknown>>[]
  readonly undumpable?: unknown
  readonly numRecords?: number
  readonly bufferSize?: number
  readonly minTimestamp?: number
}

export type Phase = 'build' | 'start' | 'run'

export interface RecordedError {
  readonly phase: Phase
  readonly i?: number
  readonly class: string
  readonly message?: string
  readonly rootClass?: string
  readonly rootMessage?: string
}
