import { remPixels, token } from '../../ui/theme.ts';
import { timeText } from '../chart/series-table.ts';
import { quantityText } from '../quantity.ts';
import type { Cell, HeatGrid, HeatLayout } from './heatmap-layout.ts';
import type { CellShade } from './shade.ts';

/** Draws cells, axes, the axis' cursor and the cell that the keyboard is on. */
export function drawHeatmap(
  canvas: HTMLCanvasElement,
  grid: HeatGrid,
  layout: HeatLayout,
  shade: CellShade,
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
  drawCells(context, grid, layout, shade);
  drawMarks(context, grid, layout, marks);
  context.restore();
  drawAxes(context, grid, layout);
}

function drawCells(
  context: CanvasRenderingContext2D,
  { times, step }: HeatGrid,
  layout: HeatLayout,
  shade: CellShade,
): void {
  let lines: CanvasPattern | undefined;
  for (let column = 0; column < times.length; column++) {
    const from = times[column] as number;
    // On whole pixels, or the panel shines through between them.
    const x = Math.round(layout.xOf(from));
    const next = Math.round(layout.xOf(from + step));
    if (next < layout.left || x > layout.left + layout.width) continue;
    for (let row = 0; row < layout.rows; row++) {
      const cell = shade(column * layout.rows + row);
      if (!cell) continue;
      const y = Math.round(layout.yOf(row));
      const height = Math.round(layout.yOf(row - 1)) - y;
      context.globalAlpha = cell.opacity;
      context.fillStyle = cell.fill;
      context.fillRect(x, y, next - x, height);
      if (!cell.hatched) continue;
      lines ??= hatching(context);
      context.globalAlpha = 1;
      context.fillStyle = lines;
      context.fillRect(x, y, next - x, height);
    }
  }
  context.globalAlpha = 1;
}

const HATCH_PIXELS = 5;

/** Fine lines from lower left to upper right, which go on from cell to cell. */
function hatching(context: CanvasRenderingContext2D): CanvasPattern {
  const ratio = globalThis.devicePixelRatio || 1;
  const tile = new OffscreenCanvas(HATCH_PIXELS * ratio, HATCH_PIXELS * ratio);
  const own = tile.getContext('2d') as OffscreenCanvasRenderingContext2D;
  own.scale(ratio, ratio);
  own.strokeStyle = token('hatch');
  own.lineWidth = 1;
  own.beginPath();
  // The ends of its neighbours reach into the tile's corners.
  for (const shift of [-HATCH_PIXELS, 0, HATCH_PIXELS]) {
    own.moveTo(shift - 1, HATCH_PIXELS + 1);
    own.lineTo(shift + HATCH_PIXELS + 1, -1);
  }
  own.stroke();
  const pattern = context.createPattern(tile, 'repeat') as CanvasPattern;
  pattern.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}

function drawMarks(
  context: CanvasRenderingContext2D,
  { times, step }: HeatGrid,
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

function drawAxes(context: CanvasRenderingContext2D, { edges, unit }: HeatGrid, layout: HeatLayout): void {
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
