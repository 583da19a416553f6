import { escapeXml, type Paint, type Picture, type Size, short, textAt } from './picture.ts';

interface HeatPart {
  label: string;
  /** Where each column begins, in seconds since 1970; each is `step` wide. */
  times: readonly number[];
  step: number;
  /** One more than rows, from the bottom up. */
  edges: readonly number[];
}

interface HeatCell {
  fill: string;
  /** 0 … 1. */
  opacity: number;
  /** With lines over it. */
  hatched?: boolean;
  /** What a pointer that rests on it is told. */
  told: string;
}

/** A histogram over time, of one host or several below one another. */
export interface HeatDrawing<Part extends HeatPart> {
  title: string;
  maps: readonly Part[];
  edge(value: number): string;
  moment(seconds: number): string;
  /** A cell by its place, column by column and each from the bottom up; undefined where nothing is drawn. */
  cell(map: Part, at: number, paint: Paint): HeatCell | undefined;
  /** What colours mean, below the maps. */
  legend?(paint: Paint): readonly HeatCell[];
}

const HATCH = 'heat-hatch';

export function heatPicture<Part extends HeatPart>(drawing: HeatDrawing<Part>): Picture {
  return { title: drawing.title, draw: (paint, size) => draw(drawing, paint, size) };
}

function draw<Part extends HeatPart>(
  drawing: HeatDrawing<Part>,
  paint: Paint,
  { width, height }: Size,
): string {
  const legend = drawing.legend?.(paint) ?? [];
  const foot = legend.length > 0 ? paint.fontSize * 2 : 0;
  const part = (height - foot) / Math.max(1, drawing.maps.length);
  const maps = drawing.maps.map(
    (map, at) =>
      `<g shape-rendering="crispEdges" transform="translate(0 ${short(at * part)})">${drawMap(drawing, map, paint, { width, height: part })}</g>`,
  );
  return [
    `<defs><pattern id="${HATCH}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V5" stroke="${escapeXml(paint.hatch)}" stroke-width="2"/></pattern></defs>`,
    ...maps,
    drawLegend(legend, paint, height - paint.fontSize),
  ].join('\n');
}

/** A cell of a map or the legend. */
function rect(
  { fill, opacity, hatched = false, told }: HeatCell,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): string {
  const place = `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;
  const faded = opacity < 1 ? ` fill-opacity="${short(opacity)}"` : '';
  const lines = hatched ? `<rect ${place} fill="url(#${HATCH})"/>` : '';
  return `<g><rect ${place} fill="${escapeXml(fill)}"${faded}/>${lines}<title>${escapeXml(told)}</title></g>`;
}

function drawLegend(cells: readonly HeatCell[], paint: Paint, y: number): string {
  const { fontSize, ink } = paint;
  let x = fontSize * 6;
  return cells
    .map((cell) => {
      const swatch = rect(cell, { x, y: y - fontSize * 0.8, width: fontSize * 1.4, height: fontSize });
      const text = textAt(x + fontSize * 1.8, y, cell.told, { fill: ink });
      x += fontSize * (3 + cell.told.length * 0.56);
      return `${swatch}${text}`;
    })
    .join('\n');
}

function drawMap<Part extends HeatPart>(
  drawing: HeatDrawing<Part>,
  map: Part,
  paint: Paint,
  size: Size,
): string {
  const { maps, edge, moment } = drawing;
  const { label, times, step, edges } = map;
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
      const cell = drawing.cell(map, column * rows + row, paint);
      if (!cell) continue;
      const place = { x: x(time), y: y(row + 1), width: x(time + step) - x(time), height: height / rows };
      cells.push(rect(cell, place));
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
