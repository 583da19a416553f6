import type { Heatmap } from '../../session/aggregates.ts';
import { remPixels, token } from '../../ui/theme.ts';
import { timeText } from '../chart/series-table.ts';
import { quantityText } from '../quantity.ts';
import { rampPlace, rampTable } from '../ramp.ts';
import type { Cell, HeatLayout } from './heatmap-layout.ts';

/** The largest count that is drawn in the brightest colour, of all cells of all maps that share a scale. */
export function largestCount(maps: readonly Heatmap[]): number {
  let most = 0;
  for (const { counts } of maps) for (const count of counts) if (count > most) most = count;
  return most;
}

/** How bright a count is, 0 … 1: by its logarithm, for a few slow ones among many fast ones are what people look for. */
export function brightness(count: number, most: number): number {
  if (count <= 0) return 0;
  return most <= 1 ? 1 : Math.log1p(count) / Math.log1p(most);
}

/** Draws cells, axes, the axis' cursor and the cell that the keyboard is on. */
export function drawHeatmap(
  canvas: HTMLCanvasElement,
  map: Heatmap,
  layout: HeatLayout,
  most: number,
  marks: { cursor: number | undefined; cell: Cell | undefined },
): void {
  const ratio = globalThis.devicePixelRatio || 1;
  const { clientWidth, clientHeight } = canvas;
  if (canvas.width !== Math.round(clientWidth * ratio)) canvas.width = Math.round(clientWidth * ratio);
  if (canvas.height !== Math.round(clientHeight * ratio)) canvas.height = Math.round(clientHeight * ratio);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, clientWidth, clientHeight);
  context.save();
  context.beginPath();
  context.rect(layout.left, layout.top, layout.width, layout.height);
  context.fillStyle = token('panel');
  context.fill();
  context.clip();
  drawCells(context, map, layout, most);
  drawMarks(context, map, layout, marks);
  context.restore();
  drawAxes(context, map, layout);
}

function drawCells(context: CanvasRenderingContext2D, map: Heatmap, layout: HeatLayout, most: number): void {
  const colours = rampTable();
  const { times, step, counts } = map;
  for (let column = 0; column < times.length; column++) {
    const from = times[column] as number;
    // On whole pixels, or the panel shines through between them.
    const x = Math.round(layout.xOf(from));
    const next = Math.round(layout.xOf(from + step));
    if (next < layout.left || x > layout.left + layout.width) continue;
    for (let row = 0; row < layout.rows; row++) {
      const count = counts[column * layout.rows + row] ?? 0;
      if (count <= 0) continue;
      context.fillStyle = colours[rampPlace(brightness(count, most))] ?? '';
      const y = Math.round(layout.yOf(row));
      context.fillRect(x, y, next - x, Math.round(layout.yOf(row - 1)) - y);
    }
  }
}

function drawMarks(
  context: CanvasRenderingContext2D,
  { times, step }: Heatmap,
  layout: HeatLayout,
  { cursor, cell }: { cursor: number | undefined; cell: Cell | undefined },
): void {
  if (cursor !== undefined) {
    context.strokeStyle = token('ink-2');
    context.lineWidth = 1;
    context.setLineDash([4, 3]);
    context.beginPath();
    context.moveTo(layout.xOf(cursor), layout.top);
    context.lineTo(layout.xOf(cursor), layout.top + layout.height);
    context.stroke();
    context.setLineDash([]);
  }
  if (cell) {
    const x = layout.xOf(times[cell.column] ?? 0);
    context.strokeStyle = token('ink');
    context.lineWidth = 2;
    context.strokeRect(
      x,
      layout.yOf(cell.row),
      Math.max(3, layout.xOf((times[cell.column] ?? 0) + step) - x),
      layout.height / layout.rows,
    );
  }
}

function drawAxes(context: CanvasRenderingContext2D, { edges, unit }: Heatmap, layout: HeatLayout): void {
  const rem = remPixels();
  context.fillStyle = token('ink-2');
  context.font = `${Math.round(rem * 0.846)}px ${token('font-ui')}`;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  const rowHeight = layout.height / layout.rows;
  const every = Math.max(1, Math.ceil((rem * 1.3) / rowHeight));
  for (let row = 0; row <= layout.rows; row += every) {
    const edge = edges[row] ?? 0;
    const text = edge === Number.NEGATIVE_INFINITY ? '< 0' : quantityText(edge, unit);
    context.fillText(text, layout.left - rem * 0.5, layout.yOf(row - 1), layout.left - rem * 0.7);
  }
  context.textAlign = 'center';
  context.textBaseline = 'top';
  const wanted = Math.max(2, Math.floor(layout.width / (rem * 7)));
  const from = layout.momentAt(layout.left);
  const span = layout.momentAt(layout.left + layout.width) - from;
  const step = timeStep(span / wanted);
  for (let moment = Math.ceil(from / step) * step; moment <= from + span; moment += step) {
    const x = layout.xOf(moment);
    if (x < layout.left + rem * 2 || x > layout.left + layout.width - rem) continue;
    context.fillText(timeText(moment), x, layout.top + layout.height + rem * 0.4);
  }
}

const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

function timeStep(least: number): number {
  return TIME_STEPS.find((step) => step >= least) ?? (TIME_STEPS.at(-1) as number);
}
