import { type KeyboardEvent, type MouseEvent, useState } from 'react';

/** The row and the cell that the keyboard is on, and the rows chosen together with it. Places count from the top of the table. */
export interface Cursor {
  active: number | undefined;
  anchor: number | undefined;
  column: number | undefined;
  /** First and last of the chosen rows. */
  chosen: { first: number; last: number } | undefined;
  pick(place: number, column: number | undefined, event: Pick<MouseEvent, 'shiftKey' | 'type'>): void;
  /** What a key does. @returns whether it did something */
  press(
    event: KeyboardEvent,
    table: { total: number; columns: number; top: number; page: number; reveal(place: number): void },
  ): boolean;
  /** The row that the keyboard is on has another place now; rows that were chosen with it are no longer. */
  follow(place: number): void;
  clear(): void;
}

export function useCursor(onPick: () => void): Cursor {
  const [state, setState] = useState<{ active?: number; anchor?: number; column?: number }>({});
  const { active, anchor, column } = state;
  const first = Math.min(active ?? 0, anchor ?? active ?? 0);
  const last = Math.max(active ?? 0, anchor ?? active ?? 0);
  return {
    active,
    anchor,
    column,
    chosen: active === undefined ? undefined : { first, last },
    pick(place, cell, { shiftKey, type }) {
      onPick();
      const inside = type === 'contextmenu' && active !== undefined && place >= first && place <= last;
      setState((before) => ({
        active: inside ? (before.active ?? place) : place,
        ...(inside || shiftKey ? { anchor: before.anchor ?? before.active ?? place } : {}),
        ...(cell !== undefined && { column: cell }),
      }));
    },
    press(event, { total, columns, top, page, reveal }) {
      const { key, shiftKey, ctrlKey, metaKey } = event;
      if (total === 0) return false;
      const across = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (across !== undefined && active !== undefined) {
        const next = Math.max(0, Math.min(columns - 1, (column ?? (across > 0 ? -1 : 0)) + across));
        setState((before) => ({ ...before, column: next }));
        return true;
      }
      const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
      const by = moves[key] ?? (key === 'End' ? Number.POSITIVE_INFINITY : undefined);
      if (by === undefined || ctrlKey || metaKey) return false;
      onPick();
      const from = active === undefined ? top : Math.max(0, Math.min(total - 1, active + by));
      const next = by === Number.POSITIVE_INFINITY ? total - 1 : from;
      setState((before) => ({
        active: next,
        ...(shiftKey ? { anchor: before.anchor ?? before.active ?? next } : {}),
        ...(before.column !== undefined && { column: before.column }),
      }));
      reveal(next);
      return true;
    },
    follow: (place) =>
      setState(({ column: same }) => ({ active: place, ...(same !== undefined && { column: same }) })),
    clear: () => setState({}),
  };
}
