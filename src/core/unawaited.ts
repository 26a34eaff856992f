/** What a function may return whose result nobody reads: anything but a promise, for whose end nobody would wait. */
// biome-ignore lint/suspicious/noConfusingVoidType: functions that return nothing are meant
export type Unawaited = void | Primitive | NoPromise

/** Any object but a promise. */
export type NoPromise = object & { readonly then?: never }

type Primitive = string | number | bigint | boolean | symbol | null | undefined
