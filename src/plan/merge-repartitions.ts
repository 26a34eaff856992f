import { type GraphNode, type RepartitionStep, withParents } from './graph.ts'

/**
 * One repartition topic right behind a step that changes keys, in place of several further down
 * (InternalStreamsBuilder.mergeRepartitionTopics). Topics asked for by `repartition` stay. Java fails, or lets records
 * pass beside the topic, where several ways lead from that step to a repartition; here all of them are moved.
 */
export function mergeRepartitions(graph: readonly GraphNode[]): readonly GraphNode[] {
  const rewiring = new Rewiring(graph)
  for (const [keyChanger, repartitions] of repartitionsByKeyChanger(graph)) {
    if (repartitions.length > 0) rewiring.merge(keyChanger, repartitions)
  }
  return rewiring.nodes
}

class Rewiring {
  readonly #nodes: Map<number, GraphNode>
  #nextId: number

  constructor(graph: readonly GraphNode[]) {
    this.#nodes = new Map(graph.map((node) => [node.id, node]))
    this.#nextId = Math.max(...this.#nodes.keys()) + 1
  }

  get nodes(): readonly GraphNode[] {
    return [...this.#nodes.values()]
  }

  merge(keyChangerId: number, repartitions: readonly number[]): void {
    const keyChanger = this.#nodes.get(keyChangerId)!
    const step = mergedStep(repartitions.map((id) => this.#nodes.get(id)!.step as RepartitionStep))
    // Without a parent as yet, so that ways up to the step that changes keys do not lead through it.
    const merged: GraphNode = { id: this.#nextId++, priority: keyChanger.priority, parents: [], step }
    this.#nodes.set(merged.id, merged)
    for (const id of repartitions) this.#replace(id, keyChangerId, merged)
    this.#nodes.set(merged.id, { ...merged, parents: [keyChangerId] })
  }

  /** Moves the branches that lead to a repartition behind the merged one, and takes the repartition out of them. */
  #replace(id: number, keyChanger: number, merged: GraphNode): void {
    for (;;) {
      const branch = findUpstream(this.#nodes, this.#nodes.get(id)!, leadsTo(keyChanger))
      if (!branch) break
      this.#replaceParent(branch, keyChanger, [merged.id])
    }
    const { parents } = this.#nodes.get(id)!
    for (const node of this.nodes) if (node.parents.includes(id)) this.#replaceParent(node, id, parents)
    this.#nodes.delete(id)
  }

  #replaceParent(node: GraphNode, parent: number, by: readonly number[]): void {
    this.#nodes.set(node.id, withParents(node, parent, by))
  }
}

/** Named after the first topic, and with the first serdes that are known. */
function mergedStep(steps: readonly RepartitionStep[]): RepartitionStep {
  const [{ names, keySerde, valueSerde }] = steps as [RepartitionStep]
  const { topic } = names
  return {
    kind: 'repartition',
    names: { topic, sink: `${topic}-sink`, filter: `${topic}-filter`, source: `${topic}-source` },
    keySerde,
    valueSerde,
    merged: true,
  }
}

/** For each step that changes keys, or merges streams whose keys were changed: the repartitions it makes necessary. */
function repartitionsByKeyChanger(graph: readonly GraphNode[]): ReadonlyMap<number, readonly number[]> {
  const nodes = new Map(graph.map((node) => [node.id, node]))
  const groups = new Map<number, readonly number[]>()
  for (const node of graph) {
    if (changesKey(node)) groups.set(node.id, [])
    else if (node.step.kind === 'repartition' && !node.step.explicit) {
      const changer = findUpstream(nodes, node, changesAnything)
      if (changer && changesKey(changer)) groups.set(changer.id, [...groups.get(changer.id)!, node.id])
    }
  }
  moveToMerges(nodes, groups)
  for (const [changer, repartitions] of groups)
    groups.set(
      changer,
      repartitions.filter((id) => unchangedSince(nodes, nodes.get(id)!, changer)),
    )
  return groups
}

/** Behind a merge of streams the records of all of them are repartitioned together; behind the last, of several. */
function moveToMerges(nodes: ReadonlyMap<number, GraphNode>, groups: Map<number, readonly number[]>): void {
  const moved = new Set<number>()
  const toMerges = new Map<number, readonly number[]>()
  for (const merge of [...nodes.values()].filter(merges)) {
    const below = (id: number) => findUpstream(nodes, nodes.get(id)!, leadsTo(merge.id)) !== undefined
    const changers = [...groups].filter(
      ([changer, repartitions]) =>
        repartitions.every(below) && findUpstream(nodes, merge, leadsTo(changer)) !== undefined,
    )
    const taken = new Set(changers.flatMap(([, repartitions]) => repartitions))
    for (const [changer] of changers) moved.add(changer)
    for (const [earlier, ids] of toMerges)
      toMerges.set(
        earlier,
        ids.filter((id) => !taken.has(id)),
      )
    toMerges.set(merge.id, [...taken])
  }
  for (const [merge, repartitions] of toMerges) groups.set(merge, repartitions)
  for (const changer of moved) groups.delete(changer)
}

/**
 * Whether no other step changes keys or values, on whichever way from there: the topic would then hold values of
 * another type, or records would pass beside it.
 */
function unchangedSince(nodes: ReadonlyMap<number, GraphNode>, node: GraphNode, changer: number): boolean {
  return node.parents.every((id) => {
    const parent = nodes.get(id)!
    return id === changer || (!changesAnything(parent) && unchangedSince(nodes, parent, changer))
  })
}

function leadsTo(parent: number): (node: GraphNode) => boolean {
  return (node) => node.parents.includes(parent)
}

/** The node itself or the first above it that matches, depth first (findParentNodeMatching). */
function findUpstream(
  nodes: ReadonlyMap<number, GraphNode>,
  node: GraphNode,
  matches: (node: GraphNode) => boolean,
): GraphNode | undefined {
  if (matches(node)) return node
  for (const id of node.parents) {
    const found = findUpstream(nodes, nodes.get(id)!, matches)
    if (found) return found
  }
  return undefined
}

function changesAnything(node: GraphNode): boolean {
  return changesKey(node) || ('changesValue' in node.step && node.step.changesValue === true)
}

function changesKey({ step }: GraphNode): boolean {
  return 'changesKey' in step && step.changesKey === true
}

function merges({ step }: GraphNode): boolean {
  return 'merges' in step && step.merges === true
}
