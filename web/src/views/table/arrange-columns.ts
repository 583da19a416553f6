import type { TableSettings } from '@probepad/protocol/control/snippet';
import { columnKey, type ViewColumn } from '../../session/decoder.ts';

/** A column that a table has, as somebody arranged it. */
export interface ArrangedColumn {
  column: ViewColumn;
  key: string;
  /** Its place in a row's cells. */
  at: number;
  shown: boolean;
  /** Stays at the left while the others scroll. */
  pinned: boolean;
}

/** All columns in their order: pinned ones first, then those that were moved, then the others as they come. */
export function arrangeColumns(
  columns: readonly ViewColumn[],
  { order = [], shown = {}, pinned = [] }: TableSettings,
): ArrangedColumn[] {
  const all = columns.map((column, at): ArrangedColumn => {
    const key = columnKey(column);
    return { column, key, at, shown: shown[key] ?? !column.hidden, pinned: pinned.includes(key) };
  });
  const place = ({ key, at }: ArrangedColumn): number => {
    const moved = order.indexOf(key);
    return moved < 0 ? order.length + at : moved;
  };
  return all.sort((a, b) => Number(b.pinned) - Number(a.pinned) || place(a) - place(b));
}

/** The order after a column has gone to the place of another among those shown. */
export function orderAfterMove(arranged: readonly ArrangedColumn[], key: string, to: string): string[] {
  const keys = arranged.map((each) => each.key);
  const from = keys.indexOf(key);
  const target = keys.indexOf(to);
  if (from < 0 || target < 0) return keys;
  keys.splice(from, 1);
  keys.splice(target, 0, key);
  return keys;
}

/** The column that stands so many places beside another, of those shown and pinned alike. */
export function neighbourOf(
  arranged: readonly ArrangedColumn[],
  key: string,
  by: 1 | -1,
): string | undefined {
  const own = arranged.find((each) => each.key === key);
  const beside = arranged.filter((each) => each.shown && each.pinned === own?.pinned);
  return beside[beside.findIndex((each) => each.key === key) + by]?.key;
}
