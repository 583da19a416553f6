import type { FlameFrame, FoldedStack } from './flame-frames.ts';

/** Frames by number: trees of many stacks hold numbers only. */
export interface FrameNumbers {
  numberOf(frame: FlameFrame): number;
  readonly frames: readonly FlameFrame[];
}

/** The same function of the same file is one frame, whatever its address. */
export function createFrameNumbers(): FrameNumbers {
  const numbers = new Map<string, number>();
  const frames: FlameFrame[] = [];
  return {
    frames,
    numberOf(frame) {
      const key = `${frame.space}\n${frame.text}\n${frame.object ?? ''}`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, frames.length);
      frames.push(frame);
      return frames.length - 1;
    },
  };
}

/** A tree of frames in preorder: each node's children come after it, by name. Node 0 is the root, whose frame is -1. */
export interface FlameTree {
  parents: Int32Array;
  frames: Int32Array;
  /** What was seen in a node and all above it in the stack. */
  totals: Float64Array;
  /** The same of what it is compared with; undefined where nothing is. */
  before: Float64Array | undefined;
  /** Stacks were cut because the tree had its full size. */
  cut: boolean;
}

export const FLAME_NODES_MAX = 100_000;

export interface FlameTreeBuilder {
  /** @param frames numbers of frames, outermost first */
  add(frames: Iterable<number>, weight: number, isBefore?: boolean): void;
  /** @param textOf what children are ordered by: a live graph's frames must not change places with their weights */
  finish(textOf: (frame: number) => string): FlameTree;
}

/** Parent and frame in one number: both are below 2^26. */
const STRIDE = 2 ** 26;

export function createFlameTree(nodesMax = FLAME_NODES_MAX): FlameTreeBuilder {
  const parents: number[] = [-1];
  const frames: number[] = [-1];
  const totals: number[] = [0];
  const before: number[] = [0];
  const nodes = new Map<number, number>();
  let cut = false;
  let compares = false;

  function childOf(parent: number, frame: number): number | undefined {
    const key = parent * STRIDE + frame;
    const known = nodes.get(key);
    if (known !== undefined) return known;
    if (parents.length >= nodesMax) return undefined;
    const node = parents.length;
    parents.push(parent);
    frames.push(frame);
    totals.push(0);
    before.push(0);
    nodes.set(key, node);
    return node;
  }

  return {
    add(stack, weight, isBefore = false) {
      if (!(weight > 0)) return;
      compares ||= isBefore;
      const sums = isBefore ? before : totals;
      let node = 0;
      sums[0] = (sums[0] ?? 0) + weight;
      for (const frame of stack) {
        const child = childOf(node, frame);
        if (child === undefined) {
          cut = true;
          return;
        }
        node = child;
        sums[node] = (sums[node] ?? 0) + weight;
      }
    },
    finish(textOf) {
      // Texts are compared once for each frame, not for each pair of nodes.
      const ranks = ranksOf(frames, textOf);
      const order = preorder(
        parents,
        (a, b) => (ranks.get(frames[a] ?? 0) ?? 0) - (ranks.get(frames[b] ?? 0) ?? 0),
      );
      const count = order.length;
      const places = new Int32Array(count);
      for (let at = 0; at < count; at++) places[order[at] as number] = at;
      const tree: FlameTree = {
        parents: new Int32Array(count).fill(-1),
        frames: new Int32Array(count),
        totals: new Float64Array(count),
        before: compares ? new Float64Array(count) : undefined,
        cut,
      };
      for (let at = 0; at < count; at++) {
        const node = order[at] as number;
        if (node !== 0) tree.parents[at] = places[parents[node] as number] as number;
        tree.frames[at] = frames[node] as number;
        tree.totals[at] = totals[node] as number;
        if (tree.before) tree.before[at] = before[node] as number;
      }
      return tree;
    },
  };
}

/** The place of each frame's text among all: the same text in two files has two places. */
function ranksOf(frames: readonly number[], textOf: (frame: number) => string): Map<number, number> {
  const texts = [...new Set(frames)].map((frame) => ({ frame, text: textOf(frame) }));
  texts.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.frame - b.frame));
  return new Map(texts.map(({ frame }, at) => [frame, at]));
}

/** The stacks that a tree is made of. @param names by the numbers of the tree's frames */
export function* foldedStacks(
  { parents, frames, totals }: FlameTree,
  names: readonly FoldedStack['frames'][number][],
): Generator<FoldedStack> {
  const selves = Float64Array.from(totals);
  for (let node = 1; node < parents.length; node++) {
    const parent = parents[node] as number;
    selves[parent] = (selves[parent] as number) - (totals[node] as number);
  }
  for (let node = 1; node < parents.length; node++) {
    const weight = selves[node] as number;
    if (!(weight > 0)) continue;
    const stack: FoldedStack['frames'][number][] = [];
    for (let at = node; at > 0; at = parents[at] as number) {
      const name = names[frames[at] as number];
      if (name) stack.push(name);
    }
    yield { frames: stack.reverse(), weight };
  }
}

function preorder(parents: readonly number[], compare: (a: number, b: number) => number): number[] {
  const children: (number[] | undefined)[] = [];
  for (let node = 1; node < parents.length; node++) {
    const parent = parents[node] ?? 0;
    const list = children[parent];
    if (list === undefined) children[parent] = [node];
    else list.push(node);
  }
  const order: number[] = [];
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    order.push(node);
    // The last is taken first.
    for (const child of children[node]?.sort((a, b) => compare(b, a)) ?? []) open.push(child);
  }
  return order;
}
