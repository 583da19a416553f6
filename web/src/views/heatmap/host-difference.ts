import type { Heatmap } from '../../session/aggregates.ts';

/** Two hosts' heatmaps of the same source over the same time, cell against cell. */
export interface HostDifference extends Omit<Heatmap, 'counts' | 'host'> {
  left: Side;
  right: Side;
  /**
   * Of each cell the left host's part less the right host's: 0.02 is two hundredths of the left host's values more. Parts of what each has
   * counted, so that a host that is busier is not ahead everywhere for that alone.
   */
  differences: number[];
  /** The largest difference to either side, at least the smallest number that can be divided by. */
  most: number;
}

interface Side {
  name: string;
  counts: readonly number[];
  total: number;
}

/** Undefined while neither host has counted anything. A host that has not counts as all empty cells. */
export function differenceOf(
  maps: readonly Heatmap[],
  hosts: readonly [left: { id: string; name: string }, right: { id: string; name: string }],
): HostDifference | undefined {
  const [left, right] = hosts.map(({ id }) => maps.find(({ host }) => host === id));
  // The worker lays all hosts' cells on one grid.
  const grid = left ?? right;
  if (!grid) return undefined;
  const sides = hosts.map(({ name }, at): Side => {
    const counts = (at === 0 ? left : right)?.counts ?? grid.counts.map(() => 0);
    return { name, counts, total: counts.reduce((sum, count) => sum + count, 0) };
  }) as [Side, Side];
  const differences = grid.counts.map((_, at) => partOf(sides[0], at) - partOf(sides[1], at));
  if (sides.every(({ total }) => total === 0)) return undefined;
  const most = differences.reduce((largest, each) => Math.max(largest, Math.abs(each)), Number.MIN_VALUE);
  const { times, step, edges, unit } = grid;
  const label = `${sides[0].name} against ${sides[1].name}`;
  return { label, times, step, edges, unit, left: sides[0], right: sides[1], differences, most };
}

/** How much of what a host counted is in a cell, 0 … 1. */
export function partOf({ counts, total }: Side, at: number): number {
  return total === 0 ? 0 : (counts[at] ?? 0) / total;
}

/** Differences that are no more than rounding. */
export const ALIKE = 1e-12;

/** Which host has more in a cell, and how strongly that shows, 0 … 1; undefined where neither has anything. */
export function leadOf(
  { left, right, differences, most }: HostDifference,
  at: number,
): { ahead: 'left' | 'right' | 'alike'; strength: number } | undefined {
  if (!left.counts[at] && !right.counts[at]) return undefined;
  const difference = differences[at] ?? 0;
  if (Math.abs(difference) <= ALIKE) return { ahead: 'alike', strength: 0 };
  // By its root: most differences are small beside the largest one.
  return { ahead: difference > 0 ? 'left' : 'right', strength: Math.sqrt(Math.abs(difference) / most) };
}
