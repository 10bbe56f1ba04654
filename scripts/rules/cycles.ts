/** The circles of a graph, each once, beginning with its first name in the alphabet. */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const cycles = new Map<string, string[]>();
  const visit = (node: string, way: string[]) => {
    const start = way.indexOf(node);
    if (start >= 0) {
      const cycle = turn(way.slice(start));
      cycles.set(cycle.join(" "), cycle);
      return;
    }
    if (done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...way, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return [...cycles.values()];
}

function turn(cycle: string[]): string[] {
  const first = cycle.indexOf(cycle.toSorted()[0]!);
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}
