import type { ExportedTable } from '@probepad/protocol/export/shown-table';
import type { FlameName } from '../../session/flame.ts';
import type { FlameIndex } from './flame-layout.ts';

/** One function over the whole tree. */
export interface FunctionRow {
  frame: number;
  self: number;
  /** With all that it called; where it calls itself, once. */
  total: number;
  selfBefore: number;
  totalBefore: number;
}

export type FunctionOrder = 'name' | 'self' | 'total' | 'change';

/** The functions of what is shown: the numbers behind the picture. */
export function functionsOf({ tree, ends }: FlameIndex, names: number): FunctionRow[] {
  const { parents, frames, totals, before } = tree;
  const rows: FunctionRow[] = Array.from({ length: names }, (_, frame) => ({
    ...{ frame, self: 0, total: 0, selfBefore: 0, totalBefore: 0 },
  }));
  /** By frame, where its outermost call ends. */
  const until = new Int32Array(names);
  for (let node = 1; node < parents.length; node++) {
    const frame = frames[node] as number;
    const row = rows[frame];
    if (row === undefined) continue;
    const total = totals[node] as number;
    const totalBefore = before?.[node] ?? 0;
    row.self += total;
    row.selfBefore += totalBefore;
    const caller = rows[frames[parents[node] as number] as number];
    if (caller) {
      caller.self -= total;
      caller.selfBefore -= totalBefore;
    }
    if (node < (until[frame] as number)) continue;
    until[frame] = ends[node] as number;
    row.total += total;
    row.totalBefore += totalBefore;
  }
  return rows.filter(({ total, totalBefore }) => total > 0 || totalBefore > 0);
}

/** The share of now less the share before, 1 being all. */
export function changeOf(
  row: Pick<FunctionRow, 'total' | 'totalBefore'>,
  all: number,
  allBefore: number,
): number {
  return row.total / (all || 1) - row.totalBefore / (allBefore || 1);
}

/** All functions with their numbers as they are, the one first in which most was seen. Shares are of 1. */
export function exportOfFunctions(index: FlameIndex, names: readonly FlameName[]): ExportedTable {
  const { totals, before } = index.tree;
  const all = totals[0] || 1;
  const allBefore = before?.[0] || 1;
  const heads = ['function', 'where', 'self', 'self share', 'total', 'total share'];
  const rows = functionsOf(index, names.length).sort((a, b) => b.self - a.self);
  return {
    columns: [...heads, ...(before ? ['total share before'] : [])].map((name, at) =>
      at < 2 ? { name, align: 'text' } : { name, align: 'number', stored: 'float64' },
    ),
    rows: rows.map(({ frame, self, total, totalBefore }) => {
      const name = names[frame];
      const shares = before ? [totalBefore / allBefore] : [];
      return {
        cells: [
          name?.text ?? '',
          name?.object ?? name?.space ?? '',
          ...[self, self / all, total, total / all, ...shares].map((value) =>
            String(Math.round(value * 1e6) / 1e6),
          ),
        ],
      };
    }),
  };
}
