/**
 * The cheapest of the greatest flows through a network with whole capacities (successive shortest paths). Costs may be
 * negative as long as no circle of arcs is; the same arcs in the same order give the same flow.
 */
export class FlowNetwork {
  /** Arcs by node; an arc's reverse is the arc with the last bit of its number flipped. */
  readonly #arcs: number[][]
  readonly #to: number[] = []
  readonly #room: number[] = []
  readonly #cost: number[] = []

  constructor(nodes: number) {
    this.#arcs = Array.from({ length: nodes }, () => [])
  }

  /** @returns the arc's number. */
  addArc(from: number, to: number, capacity: number, cost: number): number {
    const arc = this.#to.length
    this.#to.push(to, from)
    this.#room.push(capacity, 0)
    this.#cost.push(cost, -cost)
    this.#arcs[from]!.push(arc)
    this.#arcs[to]!.push(arc + 1)
    return arc
  }

  fill(source: number, sink: number): void {
    for (;;) {
      const distances = this.#distances(source)
      if (distances[sink] === Number.POSITIVE_INFINITY) return
      while (this.#push(source, sink, Number.POSITIVE_INFINITY, distances, new Set()) > 0);
    }
  }

  /** After `fill`. */
  flow(arc: number): number {
    return this.#room[arc ^ 1]!
  }

  /** Bellman and Ford's, with a queue. */
  #distances(source: number): readonly number[] {
    const distances = this.#arcs.map(() => Number.POSITIVE_INFINITY)
    distances[source] = 0
    const queue = [source]
    const queued = new Set(queue)
    for (let head = 0; head < queue.length; head++) {
      const node = queue[head]!
      queued.delete(node)
      for (const arc of this.#arcs[node]!) {
        const to = this.#to[arc]!
        const distance = distances[node]! + this.#cost[arc]!
        if (this.#room[arc] === 0 || distance >= distances[to]!) continue
        distances[to] = distance
        if (queued.has(to)) continue
        queued.add(to)
        queue.push(to)
      }
    }
    return distances
  }

  /** Sends as much as one shortest path takes. @returns how much that is. */
  #push(
    node: number,
    sink: number,
    limit: number,
    distances: readonly number[],
    visited: Set<number>,
  ): number {
    if (node === sink) return limit
    visited.add(node)
    for (const arc of this.#arcs[node]!) {
      const to = this.#to[arc]!
      const room = this.#room[arc]!
      if (room === 0 || visited.has(to) || distances[to] !== distances[node]! + this.#cost[arc]!) continue
      const pushed = this.#push(to, sink, Math.min(limit, room), distances, visited)
      if (pushed === 0) continue
      this.#room[arc] = room - pushed
      this.#room[arc ^ 1]! += pushed
      return pushed
    }
    return 0
  }
}
