import { escapeXml, type Paint, type Picture, type Size, short, textAt } from './picture.ts';

/** A histogram over time, of one host or several below one another. */
export interface HeatDrawing {
  title: string;
  maps: readonly {
    label: string;
    /** Where each column begins, in seconds since 1970; each is `step` wide. */
    times: readonly number[];
    step: number;
    /** One more than rows, from the bottom up. */
    edges: readonly number[];
    /** Column by column, each from the bottom up. */
    counts: ArrayLike<number>;
  }[];
  edge(value: number): string;
  moment(seconds: number): string;
  /** How bright a count is, 0 … 1. */
  brightness(count: number): number;
}

export function heatPicture(drawing: HeatDrawing): Picture {
  return { title: drawing.title, draw: (paint, size) => draw(drawing, paint, size) };
}

function draw(drawing: HeatDrawing, paint: Paint, { width, height }: Size): string {
  const part = height / Math.max(1, drawing.maps.length);
  return drawing.maps
    .map(
      (map, at) =>
        `<g transform="translate(0 ${short(at * part)})">${drawMap(drawing, map, paint, { width, height: part })}</g>`,
    )
    .join('\n');
}

function drawMap(
  { maps, edge, moment, brightness }: HeatDrawing,
  { label, times, step, edges, counts }: HeatDrawing['maps'][number],
  paint: Paint,
  size: Size,
): string {
  const { fontSize, faint, ink } = paint;
  const rows = Math.max(1, edges.length - 1);
  const left = fontSize * 6;
  const top = maps.length > 1 ? fontSize * 1.6 : 0;
  const width = size.width - left;
  const height = size.height - top - fontSize * 2.2;
  const from = times[0] ?? 0;
  const to = (times.at(-1) ?? 0) + step;
  const x = (seconds: number): number => left + ((seconds - from) / (to - from || 1)) * width;
  const y = (row: number): number => top + height - (row / rows) * height;

  const cells: string[] = [];
  times.forEach((time, column) => {
    for (let row = 0; row < rows; row++) {
      const count = counts[column * rows + row] ?? 0;
      if (count <= 0) continue;
      cells.push(
        `<rect x="${short(x(time))}" y="${short(y(row + 1))}" width="${short(x(time + step) - x(time))}" height="${short(height / rows)}" fill="${escapeXml(paint.ramp(brightness(count)))}"><title>${count}</title></rect>`,
      );
    }
  });
  const every = Math.max(1, Math.ceil((fontSize * 1.4) / (height / rows)));
  const edgeTexts = edges.flatMap((value, row) =>
    row % every === 0
      ? [textAt(left - 6, y(row) + fontSize / 3, edge(value), { fill: faint, anchor: 'end' })]
      : [],
  );
  const moments = Array.from({ length: 6 }, (_, at) => from + ((to - from) * at) / 5).map((seconds, at) =>
    textAt(x(seconds), top + height + fontSize * 1.4, moment(seconds), {
      fill: faint,
      anchor: at === 0 ? 'start' : at === 5 ? 'end' : 'middle',
    }),
  );
  const heading = maps.length > 1 ? [textAt(0, fontSize, label, { fill: ink, weight: 600 })] : [];
  return [...heading, ...cells, ...edgeTexts, ...moments].join('\n');
}
