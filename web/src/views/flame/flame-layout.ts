import type { FlameTree } from '@probepad/protocol/views/flame-tree';

/** A tree with what drawing and walking it need of each node. Nodes are in preorder: a node's subtree is all up to its end. */
export interface FlameIndex {
  tree: FlameTree;
  depths: Int32Array;
  /** The node after the last one below it. */
  ends: Int32Array;
  /** By which nodes are wide: what was seen, or where two are compared the mean of both shares, so that what is gone shows too. */
  widths: Float64Array;
  /** Where each begins, in the same measure as widths. */
  starts: Float64Array;
  /** What was seen in the node itself and not below it. */
  selves: Float64Array;
  depth: number;
}

export function indexTree(tree: FlameTree): FlameIndex {
  const { parents, totals, before } = tree;
  const count = parents.length;
  const depths = new Int32Array(count);
  const ends = new Int32Array(count).fill(count);
  const selves = Float64Array.from(totals);
  const widths = before ? shares(totals, before) : totals;
  const starts = new Float64Array(count);
  /** Where the next child begins. */
  const next = new Float64Array(count);
  let depth = 0;
  for (let node = 1; node < count; node++) {
    const parent = parents[node] as number;
    depths[node] = (depths[parent] as number) + 1;
    depth = Math.max(depth, depths[node] as number);
    selves[parent] = (selves[parent] as number) - (totals[node] as number);
    starts[node] = next[parent] as number;
    next[node] = starts[node] as number;
    next[parent] = (next[parent] as number) + (widths[node] as number);
  }
  for (let node = count - 1; node > 0; node--) {
    // A node ends where the next that is no deeper begins.
    let after = node + 1;
    while (after < count && (depths[after] as number) > (depths[node] as number))
      after = ends[after] as number;
    ends[node] = after;
  }
  return { tree, depths, ends, widths, starts, selves, depth };
}

function shares(totals: Float64Array, before: Float64Array): Float64Array {
  const now = totals[0] || 1;
  const then = before[0] || 1;
  return totals.map((total, node) => (total / now + (before[node] as number) / then) / 2);
}

/** A frame as it is drawn, in pixels of the screen: whole ones, so that borders are sharp. */
export interface Box {
  node: number;
  /** Rows from the root. */
  row: number;
  left: number;
  width: number;
}

/**
 * The boxes that can be seen: those of the zoomed node and all in it that are at least one pixel wide, in the rows `from` to `to`,
 * and the node's ancestors, which are as wide as all there is.
 */
export function boxesIn(
  index: FlameIndex,
  zoomed: number,
  pixels: number,
  rows: { from: number; to: number },
): Box[] {
  const { depths, ends, widths, starts, tree } = index;
  const boxes: Box[] = [];
  const isShown = (row: number): boolean => row >= rows.from && row <= rows.to;
  for (let node = tree.parents[zoomed] as number; node >= 0; node = tree.parents[node] as number) {
    const row = depths[node] as number;
    if (isShown(row)) boxes.push({ node, row, left: 0, width: pixels });
  }
  const scale = pixels / (widths[zoomed] || 1);
  const origin = starts[zoomed] as number;
  for (let node = zoomed; node < (ends[zoomed] as number); ) {
    const row = depths[node] as number;
    const start = (starts[node] as number) - origin;
    const left = Math.round(start * scale);
    const width = Math.round((start + (widths[node] as number)) * scale) - left;
    if (width < 1 || row > rows.to) {
      node = ends[node] as number;
      continue;
    }
    if (isShown(row)) boxes.push({ node, row, left, width });
    node++;
  }
  return boxes;
}

export function childrenOf({ ends }: FlameIndex, node: number): number[] {
  const children: number[] = [];
  for (let child = node + 1; child < (ends[node] as number); child = ends[child] as number)
    children.push(child);
  return children;
}

export type Step = 'parent' | 'child' | 'next' | 'previous';

/** Where a step of the keyboard leads: of children to the widest. The same node where there is no way. */
export function stepFrom(index: FlameIndex, node: number, step: Step): number {
  const parent = index.tree.parents[node] as number;
  switch (step) {
    case 'parent':
      return Math.max(0, parent);
    case 'child': {
      let widest = node;
      for (const child of childrenOf(index, node)) {
        if (widest === node || (index.widths[child] as number) > (index.widths[widest] as number))
          widest = child;
      }
      return widest;
    }
    default: {
      if (parent < 0) return node;
      const siblings = childrenOf(index, parent);
      const at = siblings.indexOf(node) + (step === 'next' ? 1 : -1);
      return siblings[at] ?? node;
    }
  }
}

/** A node by the frames that lead to it: what is looked at stays so in the next tree, whose numbers are others. */
export function pathOf({ tree }: FlameIndex, node: number, keyOf: (frame: number) => string): string[] {
  const path: string[] = [];
  for (let at = node; at > 0; at = tree.parents[at] as number) path.push(keyOf(tree.frames[at] as number));
  return path.reverse();
}

/** The node that a path leads to, or as far as it goes. */
export function nodeAt(index: FlameIndex, path: readonly string[], keyOf: (frame: number) => string): number {
  let node = 0;
  for (const key of path) {
    const child = childrenOf(index, node).find((each) => keyOf(index.tree.frames[each] as number) === key);
    if (child === undefined) return node;
    node = child;
  }
  return node;
}

/** How much was seen in the functions that a search found; what is below another hit is not counted twice. */
export function matched(index: FlameIndex, hits: Uint8Array): number {
  const { tree, ends } = index;
  let sum = 0;
  for (let node = 1; node < tree.parents.length; ) {
    if (hits[tree.frames[node] as number]) {
      sum += tree.totals[node] as number;
      node = ends[node] as number;
    } else {
      node++;
    }
  }
  return sum;
}

/** The widest node that a search found and that is not below another hit; undefined where it found none. */
export function widestHit(index: FlameIndex, hits: Uint8Array): number | undefined {
  const { tree, ends, widths } = index;
  let widest: number | undefined;
  for (let node = 1; node < tree.parents.length; ) {
    if (!hits[tree.frames[node] as number]) {
      node++;
      continue;
    }
    if (widest === undefined || (widths[node] as number) > (widths[widest] as number)) widest = node;
    node = ends[node] as number;
  }
  return widest;
}
