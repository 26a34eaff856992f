import { StreamsError } from '../core/errors.ts'
import { fanOut, type Operator } from './operator.ts'

/** What comes behind a node: all of it, or one child of many. */
export class ChildrenByName {
  readonly all: Operator
  readonly #parent: string
  readonly #byName: ReadonlyMap<string, Operator>

  constructor(parent: string, byName: ReadonlyMap<string, Operator>) {
    this.#parent = parent
    this.#byName = byName
    this.all = fanOut([...byName.values()])
  }

  /** @throws StreamsError `processing` */
  named(name: string): Operator {
    const child = this.#byName.get(name)
    if (child) return child
    throw new StreamsError('processing', `${this.#parent}: there is no node '${name}' behind it`, {
      details: { node: this.#parent, child: name },
    })
  }
}
