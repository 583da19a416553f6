import { create } from 'zustand';
import type { SourceRef, ViewRow } from '../../session/decoder.ts';

const PINNED_MAX = 20;

/** Rows that somebody keeps at the top of a table, in every view and panel of it. */
export interface PinnedRows {
  rows: readonly ViewRow[];
  has(row: ViewRow): boolean;
  /** Keeps a row, or lets go of it. */
  toggle(row: ViewRow): void;
}

interface Pins {
  /** The run that they are of: another run has other rows. */
  run: string | undefined;
  bySource: Readonly<Record<string, readonly ViewRow[]>>;
}

export const usePins = create<Pins>(() => ({ run: undefined, bySource: {} }));

const NONE: readonly ViewRow[] = [];

/** The rows that are kept of a source, of the run that they were kept in. */
export function pinnedIn({ run, bySource }: Pins, source: SourceRef): readonly ViewRow[] {
  return (run === source.run ? bySource[source.source] : undefined) ?? NONE;
}

/** Keeps a row of a source, or lets go of it; those of any other run are let go of. */
export function togglePin(source: SourceRef, row: ViewRow): void {
  usePins.setState((pins) => {
    const before = pinnedIn(pins, source);
    const rows = before.some(({ id }) => id === row.id)
      ? before.filter(({ id }) => id !== row.id)
      : [...before, row].slice(-PINNED_MAX);
    const others = pins.run === source.run ? pins.bySource : {};
    return { run: source.run, bySource: { ...others, [source.source]: rows } };
  });
}

export function usePinnedRows(source: SourceRef): PinnedRows {
  const rows = usePins((pins) => pinnedIn(pins, source));
  return {
    rows,
    has: (row) => rows.some(({ id }) => id === row.id),
    toggle: (row) => togglePin(source, row),
  };
}
