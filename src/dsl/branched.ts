import { StreamsError } from '../core/errors.ts'
import type { Unawaited } from '../core/unawaited.ts'
import type { Condition } from '../expr/expression.ts'
import type { Row } from '../expr/row.ts'
import type { GraphNode } from '../plan/graph.ts'
import { checkName, prefixes } from '../plan/naming.ts'
import type { BranchNode } from '../plan/node.ts'
import { type BuildContext, follow, nodeName, type StreamPosition } from './context.ts'
import type { NamedOptions } from './options.ts'
import type { KStream } from './stream.ts'

/** A stream of whatever types. */
type AnyStream = Pick<KStream<unknown, unknown>, 'position' | 'types'>

/** What stands for a branch afterwards; undefined if it has ended. */
type Stands = AnyStream | undefined

/** Java's Branched. With `via`, what it returns stands for the branch; with `to`, the branch ends there. */
export interface BranchOptions<K, V, Name extends string = string, S extends Stands = Stands> {
  /** Appended to the name of the split, in place of the branch's number. */
  readonly name?: Name
  readonly via?: (branch: KStream<K, V>) => S
  readonly to?: (branch: KStream<K, V>) => Unawaited
}

/** A branch in the types: its name, as far as it is known, and what stands for it. */
type Branch<Name extends string = string, S = KStream<unknown, unknown>> = readonly [name: Name, stream: S]

/** Of a split without a name, the branches' names are known only when it is built. */
type Named<Split extends string, Name extends string> = string extends Split ? string : `${Split}${Name}`

type Numbered = `${number}`

type StreamOf<B, Name> = B extends Branch<infer Known, infer S> ? (Name extends Known ? S : never) : never

/** The branches by name: that of the split, and the branch's own name or number. Those that have ended are not there. */
export interface Branches<B extends Branch<string, unknown> = Branch>
  extends Omit<ReadonlyMap<B[0], NonNullable<B[1]>>, 'get'> {
  get<Name extends B[0]>(name: Name): StreamOf<B, Name> | undefined
}

/**
 * A stream divided by predicates: each record goes to the first branch that takes it, or to the default one, or
 * nowhere. `Split` is the name of the split, `B` are the branches so far.
 */
export class BranchedKStream<K, V, Split extends string = string, B extends Branch<string, unknown> = never> {
  readonly #context: BuildContext
  readonly #at: StreamPosition
  readonly #name: string
  readonly #node: GraphNode
  readonly #branches: BranchNode['branches'][number][] = []
  readonly #streams = new Map<string, KStream<unknown, unknown>>()

  /** Comes from `KStream.split`. */
  constructor(context: BuildContext, at: StreamPosition, options: NamedOptions) {
    this.#context = context
    this.#at = at
    this.#name = nodeName(context, prefixes.branch, 'split', options.name)
    this.#node = follow(context, at, { node: this.#branchNode(undefined) }).node
  }

  /** A branch of the records that match. */
  branch<V2 extends V, Name extends string = Numbered, S extends Stands = KStream<K, V2>>(
    predicate: (value: V, key: K) => value is V2,
    options?: BranchOptions<K, V2, Name, S>,
  ): BranchedKStream<K, V, Split, B | Branch<Named<Split, Name>, S>>
  branch<Name extends string = Numbered, S extends Stands = KStream<K, V>>(
    test: Condition<Row<V>> | ((value: V, key: K) => boolean),
    options?: BranchOptions<K, V, Name, S>,
  ): BranchedKStream<K, V, Split, B | Branch<Named<Split, Name>, S>>
  branch(test: Condition<never> | ((value: V, key: K) => boolean), options: BranchOptions<K, V> = {}): this {
    const child = this.#childName(options.name ?? String(this.#branches.length + 1))
    const by =
      typeof test === 'function'
        ? { lambda: test as (value: unknown, key: unknown) => boolean }
        : { expression: test.node }
    this.#branches.push({ child, ...by })
    this.#write(undefined)
    this.#add(child, options)
    return this
  }

  /** A branch of all other records. */
  defaultBranch<Name extends string = '0', S extends Stands = KStream<K, V>>(
    options: BranchOptions<K, V, Name, S> = {},
  ): Branches<B | Branch<Named<Split, Name>, S>> {
    const child = this.#childName(options.name ?? '0')
    this.#write(child)
    this.#add(child, options)
    return this.#streams as ReadonlyMap<string, unknown> as Branches<never>
  }

  /** All other records are dropped. */
  noDefaultBranch(): Branches<B> {
    return this.#streams as ReadonlyMap<string, unknown> as Branches<never>
  }

  #childName(suffix: string): string {
    return checkName(`${this.#name}${suffix}`, 'branch: name')
  }

  #branchNode(defaultChild: string | undefined): Omit<BranchNode, 'parents'> {
    return {
      kind: 'branch',
      name: this.#name,
      branches: [...this.#branches],
      ...(defaultChild !== undefined && { defaultChild }),
    }
  }

  #write(defaultChild: string | undefined): void {
    this.#context.graph.replaceStep(this.#node, { kind: 'operator', node: this.#branchNode(defaultChild) })
  }

  #add(child: string, options: BranchOptions<K, V, string, Stands>): void {
    // Java uses up an index for each branch, though its name is made from the split's.
    this.#context.naming.node(child)
    const at: StreamPosition = { ...this.#at, node: this.#node }
    const branch = this.#context.stream<K, V>(
      follow(this.#context, at, { node: { kind: 'pass-through', name: child } }),
    )
    if (options.via && options.to)
      throw new StreamsError('topology-invalid', `branch '${child}': give via or to, not both`)
    if (options.to) {
      options.to(branch)
      return
    }
    const result: Stands = options.via ? options.via(branch) : branch
    if (result) this.#streams.set(child, result as KStream<unknown, unknown>)
  }
}
