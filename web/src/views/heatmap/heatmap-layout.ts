import type { Heatmap } from '../../session/aggregates.ts';
import type { TimeRange } from '../../session/time-axis.ts';

/** The cells of a heatmap, whatever is in them: see `Heatmap`. */
export type HeatGrid = Pick<Heatmap, 'label' | 'times' | 'step' | 'edges' | 'unit'>;

/** Where the cells of a heatmap lie on its canvas, in CSS pixels. */
export interface HeatLayout {
  left: number;
  top: number;
  width: number;
  height: number;
  rows: number;
  xOf(moment: number): number;
  momentAt(x: number): number;
  /** Upper border of a row; row 0 lies at the bottom. */
  yOf(row: number): number;
}

export function layoutOf(
  { edges }: Pick<Heatmap, 'edges'>,
  range: TimeRange,
  size: { width: number; height: number },
  rem: number,
): HeatLayout {
  const left = rem * 5.6;
  const top = rem * 0.7;
  const width = Math.max(10, size.width - left - rem * 1.2);
  const height = Math.max(10, size.height - top - rem * 1.8);
  const rows = Math.max(1, edges.length - 1);
  const span = range.to - range.from;
  return {
    left,
    top,
    width,
    height,
    rows,
    xOf: (moment) => left + ((moment - range.from) / span) * width,
    momentAt: (x) => range.from + ((x - left) / width) * span,
    yOf: (row) => top + height - ((row + 1) * height) / rows,
  };
}

export interface Cell {
  column: number;
  row: number;
}

/** The cell at a place, if there is one. */
export function cellAt(
  { times, step }: Pick<Heatmap, 'times' | 'step'>,
  layout: HeatLayout,
  x: number,
  y: number,
): Cell | undefined {
  if (x < layout.left || x > layout.left + layout.width || y < layout.top || y > layout.top + layout.height) {
    return undefined;
  }
  const column = Math.floor((layout.momentAt(x) - (times[0] ?? 0)) / step);
  const row = Math.floor(((layout.top + layout.height - y) / layout.height) * layout.rows);
  if (column < 0 || column >= times.length) return undefined;
  return { column, row: Math.max(0, Math.min(layout.rows - 1, row)) };
}

/** The place of a cell among a heatmap's counts. */
export function placeOf({ edges }: Pick<HeatGrid, 'edges'>, { column, row }: Cell): number {
  return column * (edges.length - 1) + row;
}
