type Primitive = string | number | bigint | boolean | symbol | null | undefined

type IsAny<T> = 0 extends 1 & T ? true : false

// A row without fields: whatever expression is put to it does not compile.
// biome-ignore lint/complexity/noBannedTypes: the type of "no property at all" is meant
type NoFields = {}

/**
 * The fields of a value as expressions see them: optional ones count as present, since a comparison with an absent
 * field is just false; text, numbers and arrays have none.
 */
export type Row<V> = IsAny<V> extends true ? V : RowOf<NonNullable<V>>

type RowOf<V> = V extends Primitive
  ? NoFields
  : V extends readonly unknown[]
    ? NoFields
    : { readonly [P in keyof V]-?: Cell<V[P]> }

type Cell<V> = IsAny<V> extends true ? V : V extends Primitive ? V : RowOf<V>

/** A row that has field `F`, a dotted path, of type `T` or null. */
export type Need<F extends string, T> = F extends `${infer Head}.${infer Rest}`
  ? { readonly [P in Head]: Need<Rest, T> | null | undefined }
  : { readonly [P in F]: T | null | undefined }

/** The type of field `F`, a dotted path, of `V`. */
export type FieldType<V, F extends string> = F extends `${infer Head}.${infer Rest}`
  ? Head extends keyof NonNullable<V>
    ? FieldType<NonNullable<V>[Head], Rest>
    : never
  : F extends keyof NonNullable<V>
    ? NonNullable<V>[F]
    : never
