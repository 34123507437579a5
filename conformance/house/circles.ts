// Finds circles: files (or modules) that import each other, directly or by way of others.
// spec: docs/architecture.md §3: no cycles, type imports included

/** Who imports whom, by name. */
export type Graph = ReadonlyMap<string, readonly string[]>

/**
 * @returns one shortest circle for each group of nodes that can all reach each other; each begins and ends with the same name.
 */
export function findCircles(graph: Graph): string[][] {
  const circles: string[][] = []
  const inACircle = new Set<string>()
  for (const start of [...graph.keys()].sort()) {
    if (inACircle.has(start)) continue
    const circle = shortestWayBack(graph, start)
    if (circle === undefined) continue
    for (const name of circle) inACircle.add(name)
    circles.push(circle)
  }
  return circles
}

/** Breadth first from `start` until it is reached again. */
function shortestWayBack(graph: Graph, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>()
  let wave = [start]
  while (wave.length > 0) {
    const next: string[] = []
    for (const name of wave) {
      for (const target of graph.get(name) ?? []) {
        if (target === start) return wayTo(cameFrom, start, name)
        if (cameFrom.has(target)) continue
        cameFrom.set(target, name)
        next.push(target)
      }
    }
    wave = next
  }
  return undefined
}

function wayTo(cameFrom: ReadonlyMap<string, string>, start: string, last: string): string[] {
  const way = [start]
  for (let name: string | undefined = last; name !== undefined && name !== start; name = cameFrom.get(name))
    way.unshift(name)
  return [start, ...way]
}
