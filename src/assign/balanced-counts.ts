import { FlowNetwork } from './min-cost-flow.ts'

/** Tasks of one kind, of which each slot is to have its share: those of one subtopology. */
export interface Row {
  readonly size: number
  /** By slot: how many of them are at home there. */
  readonly homes: readonly number[]
  /** By slot: how many are at home elsewhere and have some state there. */
  readonly guests: readonly number[]
}

/**
 * How many tasks of each row each slot gets, so that within one task
 *
 * - every slot has its share of every row,
 * - and of all rows of the first level together, of the first two together, and so on.
 *
 * Shares are by threads. All of that is possible at once: the exact shares are a flow through a network whose bounds are
 * whole numbers, so there is a whole flow too. Among those it is one that takes the fewest tasks from their homes, and
 * then the fewest to slots that have nothing of them.
 * @param levels rows by level.
 * @param threads of each slot.
 * @returns by level, row and slot.
 */
export function balancedCounts(
  levels: readonly (readonly Row[])[],
  threads: readonly number[],
): readonly (readonly (readonly number[])[])[] {
  const rows = levels.flat()
  const costs = costsFor(rows.reduce((sum, { size }) => sum + size, 0))
  const { network, source, sink, row, column } = nodes(rows.length, levels.length, threads.length)
  let index = 0
  let total = 0
  const cells = levels.map((level, depth) => {
    const arcs = level.map(({ size, homes, guests }) => {
      const node = row(index++)
      network.addArc(source, node, size, 0)
      return shares(size, threads).map(([least, most], slot) => {
        const unit = (n: number): number => costs.unit(n, homes[slot]!, guests[slot]!)
        return cell(network, node, column(depth, slot), most, (n) => unit(n) - (n <= least ? costs.bonus : 0))
      })
    })
    total += level.reduce((sum, { size }) => sum + size, 0)
    for (const [slot, [least, most]] of shares(total, threads).entries()) {
      const next = depth + 1 < levels.length ? column(depth + 1, slot) : sink
      network.addArc(column(depth, slot), next, least, -costs.bonus)
      network.addArc(column(depth, slot), next, most - least, 0)
    }
    return arcs
  })
  network.fill(source, sink)
  const sum = (arcs: readonly number[]): number => arcs.reduce((all, arc) => all + network.flow(arc), 0)
  return cells.map((level) => level.map((slots) => slots.map(sum)))
}

interface Nodes {
  readonly network: FlowNetwork
  readonly source: number
  readonly sink: number
  row(index: number): number
  column(level: number, slot: number): number
}

function nodes(rows: number, levels: number, slots: number): Nodes {
  return {
    network: new FlowNetwork(2 + rows + levels * slots),
    source: 0,
    sink: 1,
    row: (index) => 2 + index,
    column: (level, slot) => 2 + rows + level * slots + slot,
  }
}

interface Costs {
  /** Of the nth task of a row in a slot. */
  unit(n: number, homes: number, guests: number): number
  /** For each task below a lower bound, so great that no bound is missed whatever the moves cost. */
  readonly bonus: number
}

function costsFor(tasks: number): Costs {
  const move = tasks + 1
  return {
    unit(n, homes, guests) {
      if (n <= homes) return 0
      return n <= homes + guests ? move : move + 1
    },
    bonus: tasks * (move + 1) + 1,
  }
}

/** Arcs for 1 to `most` tasks, each of its own cost: later ones never cost less. */
function cell(
  network: FlowNetwork,
  from: number,
  to: number,
  most: number,
  cost: (n: number) => number,
): readonly number[] {
  return Array.from({ length: most }, (_, index) => network.addArc(from, to, 1, cost(index + 1)))
}

/** Least and most that slots may have of so many tasks. */
function shares(tasks: number, threads: readonly number[]): readonly (readonly [number, number])[] {
  const all = threads.reduce((sum, count) => sum + count, 0)
  return threads.map((count) => [Math.floor((tasks * count) / all), Math.ceil((tasks * count) / all)])
}
