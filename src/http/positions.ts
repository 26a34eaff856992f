import { invalid } from './problem.ts'

/** Offsets by partition, as the ids of events have them: `0:120,1:7`. */
export class Positions {
  readonly #offsets: Map<number, number>

  constructor(offsets: ReadonlyMap<number, number>) {
    this.#offsets = new Map(offsets)
  }

  /** @throws Refusal 400 */
  static parse(text: string): Positions {
    if (text === '') return new Positions(new Map())
    const pairs = text.split(',').map((pair): [number, number] => {
      const [, partition, offset] = /^(\d{1,9}):(\d{1,15})$/.exec(pair) ?? []
      if (partition === undefined) throw invalid('after (Last-Event-ID): is not the id of an event')
      return [Number(partition), Number(offset)]
    })
    return new Positions(new Map(pairs))
  }

  get all(): ReadonlyMap<number, number> {
    return this.#offsets
  }

  set(partition: number, offset: number): void {
    this.#offsets.set(partition, offset)
  }

  get text(): string {
    return [...this.#offsets].map(([partition, offset]) => `${partition}:${offset}`).join(',')
  }
}
