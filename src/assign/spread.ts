import { balancedCounts, type Row } from './balanced-counts.ts'
import { compareTasks, type Task } from './group-model.ts'

/** Where tasks can go: a process, or a thread of one. */
export interface Slot {
  readonly threads: number
}

/** Where tasks are best. */
export interface Homes<S> {
  /** Where a task stays if it can. */
  home(task: Task): S | undefined
  /** How far a slot is from having the task's state: less is better, Infinity is nothing. */
  distance(task: Task, slot: S): number
  /** Someone is running it: others are moved first. */
  running(task: Task): boolean
}

/**
 * Spreads tasks over slots: balanced as `balancedCounts` says, each subtopology for itself, with the fewest tasks taken
 * from home. Tasks without a home go first and, as those that must move, where most of their state is.
 *
 * Java deals tasks out to processes in the order of their ids, so that a new process moves most of them, and puts right
 * afterwards what that tears from its state (HighAvailabilityTaskAssignor.assignActiveStatefulTasks).
 * @param levels tasks of the first level are balanced, then those of the first two together, and so on.
 * @param slots at least one; in an order that does not change.
 */
export function spread<S extends Slot>(
  levels: readonly (readonly Task[])[],
  slots: readonly S[],
  homes: Homes<S>,
): ReadonlyMap<Task, S> {
  const rows = levels.map((tasks) => bySubtopology(tasks).map((kin) => new TaskRow(kin, slots, homes)))
  const counts = balancedCounts(
    rows,
    slots.map(({ threads }) => threads),
  )
  return new Map(
    rows.flatMap((level, depth) => level.flatMap((row, index) => row.place(counts[depth]![index]!))),
  )
}

/** The tasks of one subtopology. */
class TaskRow<S extends Slot> implements Row {
  readonly size: number
  readonly homes: readonly number[]
  readonly guests: readonly number[]
  readonly #tasks: readonly Task[]
  readonly #slots: readonly S[]
  readonly #wishes: Homes<S>
  /** Index of each task's home; -1: none. */
  readonly #home: ReadonlyMap<Task, number>

  constructor(tasks: readonly Task[], slots: readonly S[], wishes: Homes<S>) {
    this.size = tasks.length
    this.#tasks = tasks
    this.#slots = slots
    this.#wishes = wishes
    this.#home = new Map(
      tasks.map((task) => {
        const home = wishes.home(task)
        return [task, home ? slots.indexOf(home) : -1]
      }),
    )
    const count = (matches: (task: Task, slot: number) => boolean): readonly number[] =>
      slots.map((_, slot) => tasks.filter((task) => matches(task, slot)).length)
    this.homes = count((task, slot) => this.#home.get(task) === slot)
    this.guests = count(
      (task, slot) =>
        this.#home.get(task) !== slot && wishes.distance(task, slots[slot]!) < Number.POSITIVE_INFINITY,
    )
  }

  /** @param counts tasks that each slot gets: those at home stay, as far as there is room. */
  place(counts: readonly number[]): readonly (readonly [Task, S])[] {
    const leaving = counts.map((count, slot) => Math.max(0, this.homes[slot]! - count))
    const missing = counts.map((count, slot) => Math.max(0, count - this.homes[slot]!))
    const placed = new Map<Task, number>()
    for (const { task, slot } of this.#moves(leaving, missing)) {
      const home = this.#home.get(task)!
      if (placed.has(task) || missing[slot] === 0 || leaving[home] === 0) continue
      placed.set(task, slot)
      missing[slot]!--
      if (home >= 0) leaving[home]!--
    }
    return this.#tasks.map((task) => [task, this.#slots[placed.get(task) ?? this.#home.get(task)!]!])
  }

  /** Tasks that may move, with the slots that they may go to; best first. */
  #moves(leaving: readonly number[], missing: readonly number[]): readonly Move[] {
    const { distance, running } = this.#wishes
    const movable = this.#tasks.filter((task) => leaving[this.#home.get(task)!] !== 0)
    const moves = movable.flatMap((task) => {
      const pinned = running(task) ? 1 : 0
      return this.#slots.flatMap((slot, index): Move[] =>
        missing[index] === 0 ? [] : [{ task, slot: index, pinned, distance: distance(task, slot) }],
      )
    })
    return moves.sort(
      (a, b) =>
        a.pinned - b.pinned ||
        (a.distance === b.distance ? 0 : a.distance - b.distance) ||
        compareTasks(a.task, b.task) ||
        a.slot - b.slot,
    )
  }
}

interface Move {
  readonly task: Task
  readonly slot: number
  readonly pinned: number
  readonly distance: number
}

function bySubtopology(tasks: readonly Task[]): readonly (readonly Task[])[] {
  const kin = new Map<number, Task[]>()
  for (const task of [...tasks].sort(compareTasks)) {
    const others = kin.get(task.id.subtopology)
    if (others) others.push(task)
    else kin.set(task.id.subtopology, [task])
  }
  return [...kin.values()]
}
