import type { PlanNode } from './node.ts'
import type { Plan } from './plan.ts'
import { storesOf } from './subtopology.ts'
import { inputsOf, outputsOf, topologyFrames } from './topology-frames.ts'

/**
 * The topology as a Mermaid flowchart: topics as hexagons, nodes as boxes, stores as cylinders; one frame for each
 * subtopology and global store.
 */
export function planMermaid(plan: Plan): string {
  const chart = new Chart()
  for (const { id, title, nodes } of topologyFrames(plan)) chart.addGroup(id, title, nodes)
  return chart.text
}

class Chart {
  readonly #ids = new Map<string, string>()
  #frames = ''
  #topics = ''
  #links = ''

  get text(): string {
    return `flowchart TD\n${this.#topics}${this.#frames}${this.#links}`
  }

  addGroup(id: number, title: string, nodes: readonly PlanNode[]): void {
    this.#frames += `  subgraph subtopology${id}["${title}"]\n`
    for (const node of nodes) this.#frames += `    ${this.#id('node', node.name)}["${escaped(node.name)}"]\n`
    for (const store of new Set(nodes.flatMap(storesOf)))
      this.#frames += `    ${this.#id('store', store)}[("${escaped(store)}")]\n`
    this.#frames += '  end\n'
    for (const node of nodes) this.#link(node)
  }

  #link(node: PlanNode): void {
    const own = this.#id('node', node.name)
    for (const topic of inputsOf(node)) this.#arrow(this.#topic(topic), own)
    for (const parent of node.parents) this.#arrow(this.#id('node', parent), own)
    for (const store of storesOf(node)) this.#links += `  ${own} --- ${this.#id('store', store)}\n`
    for (const topic of outputsOf(node)) this.#arrow(own, this.#topic(topic))
  }

  #arrow(from: string, to: string): void {
    this.#links += `  ${from} --> ${to}\n`
  }

  #topic(name: string): string {
    const known = this.#ids.has(`topic ${name}`)
    const id = this.#id('topic', name)
    if (!known) this.#topics += `  ${id}{{"${escaped(name)}"}}\n`
    return id
  }

  /** Names may hold what Mermaid takes for syntax, so numbers stand for them. */
  #id(kind: 'node' | 'store' | 'topic', name: string): string {
    const key = `${kind} ${name}`
    const id = this.#ids.get(key) ?? `${kind}${this.#ids.size}`
    this.#ids.set(key, id)
    return id
  }
}

function escaped(text: string): string {
  return text.replaceAll('#', '#35;').replaceAll('"', '#quot;')
}
