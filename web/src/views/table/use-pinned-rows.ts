import { useState } from 'react';
import type { ViewRow } from '../../session/decoder.ts';

const PINNED_MAX = 20;

/** Rows that somebody keeps at the top of a table. */
export interface PinnedRows {
  rows: readonly ViewRow[];
  has(row: ViewRow): boolean;
  /** Keeps a row, or lets go of it. */
  toggle(row: ViewRow): void;
}

export function usePinnedRows(): PinnedRows {
  const [rows, setRows] = useState<readonly ViewRow[]>([]);
  return {
    rows,
    has: (row) => rows.some(({ id }) => id === row.id),
    toggle: (row) =>
      setRows((before) =>
        before.some(({ id }) => id === row.id)
          ? before.filter(({ id }) => id !== row.id)
          : [...before, row].slice(-PINNED_MAX),
      ),
  };
}
