import { StreamsError } from '../core/errors.ts'
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

/** Java's Branched. With `via`, what it returns stands for the branch; with `to`, the branch ends there. */
export interface BranchOptions<K, V> {
  /** Appended to the name of the split, in place of the branch's number. */
  readonly name?: string
  readonly via?: (branch: KStream<K, V>) => AnyStream | undefined
  readonly to?: (branch: KStream<K, V>) => void
}

/** The branches by name: that of the split, and the branch's own name or number. */
export type Branches = ReadonlyMap<string, KStream<unknown, unknown>>

/** A stream divided by predicates: each record goes to the first branch that takes it, or to the default one, or nowhere. */
export class BranchedKStream<K, V> {
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
  branch<V2 extends V>(predicate: (value: V, key: K) => value is V2, options?: BranchOptions<K, V2>): this
  branch(condition: Condition<Row<V>>, options?: BranchOptions<K, V>): this
  branch(predicate: (value: V, key: K) => boolean, options?: BranchOptions<K, V>): this
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
  defaultBranch(options: BranchOptions<K, V> = {}): Branches {
    const child = this.#childName(options.name ?? '0')
    this.#write(child)
    this.#add(child, options)
    return this.#streams
  }

  /** All other records are dropped. */
  noDefaultBranch(): Branches {
    return this.#streams
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

  #add(child: string, options: BranchOptions<K, V>): void {
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
    const result: AnyStream | undefined = options.via ? options.via(branch) : branch
    if (result) this.#streams.set(child, result as KStream<unknown, unknown>)
  }
}
