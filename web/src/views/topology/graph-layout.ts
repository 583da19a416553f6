/** Where nodes of a directed graph stand: in columns from those that send to those that receive, with few crossings. */

export interface GraphPlace {
  column: number;
  /** From the top of its column, from 0. */
  row: number;
}

/** Passes over the columns; more change little. */
const SWEEPS = 6;
/** Columns: a longer chain is folded into the last. */
const COLUMNS_MAX = 6;

/**
 * Columns by the longest way that leads to a node, leaving out edges that close a circle; rows by the mean place of the neighbours
 * (K. Sugiyama and others, "Methods for Visual Understanding of Hierarchical System Structures", 1981).
 * @param edges places in the nodes, the heaviest first: their order decides
 */
export function placeNodes(count: number, edges: readonly { from: number; to: number }[]): GraphPlace[] {
  const forward = withoutCircles(count, edges);
  const columns = columnsOf(count, forward);
  const rows: number[][] = [];
  for (let node = 0; node < count; node++) {
    const column = columns[node] as number;
    rows[column] ??= [];
    rows[column].push(node);
  }
  const order: number[] = [];
  const note = (): void => {
    for (const nodes of rows) {
      for (const [row, node] of (nodes ?? []).entries()) order[node] = row - (nodes.length - 1) / 2;
    }
  };
  note();
  const neighbours: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of forward) {
    neighbours[from]?.push(to);
    neighbours[to]?.push(from);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const nodes of sweep % 2 === 0 ? rows : rows.toReversed()) {
      const means = new Map(
        (nodes ?? []).map((node) => {
          const near = neighbours[node] ?? [];
          const sum = near.reduce((total, each) => total + (order[each] as number), 0);
          return [node, near.length > 0 ? sum / near.length : (order[node] as number)];
        }),
      );
      nodes?.sort((a, b) => (means.get(a) ?? 0) - (means.get(b) ?? 0) || a - b);
      note();
    }
  }
  return Array.from({ length: count }, (_, node) => {
    const column = columns[node] as number;
    return { column, row: (rows[column] as number[]).indexOf(node) };
  });
}

/** Takes edge by edge and leaves out each that would close a circle with those before it. */
function withoutCircles(
  count: number,
  edges: readonly { from: number; to: number }[],
): { from: number; to: number }[] {
  const after: number[][] = Array.from({ length: count }, () => []);
  const reaches = (from: number, to: number): boolean => {
    const seen = new Set<number>([from]);
    const open = [from];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node === to) return true;
      for (const next of after[node] ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        open.push(next);
      }
    }
    return false;
  };
  return edges.filter(({ from, to }) => {
    if (from === to || reaches(to, from)) return false;
    after[from]?.push(to);
    return true;
  });
}

function columnsOf(count: number, edges: readonly { from: number; to: number }[]): number[] {
  const columns = Array.from({ length: count }, () => 0);
  // Without circles no way is longer than there are nodes.
  for (let pass = 0; pass < count; pass++) {
    let moved = false;
    for (const { from, to } of edges) {
      const least = Math.min(COLUMNS_MAX - 1, (columns[from] as number) + 1);
      if ((columns[to] as number) >= least) continue;
      columns[to] = least;
      moved = true;
    }
    if (!moved) break;
  }
  return columns;
}
