import { escapeXml, fitted, type Paint, type Picture, type Size, short, textAt } from './picture.ts';

/** Numbers over time, as a chart has them, or as several that stand below one another. */
export interface LineDrawing {
  title: string;
  panes: readonly LinePane[];
  amount(value: number): string;
  moment(seconds: number): string;
}

export interface LinePane {
  /** Heads it where there are several. */
  label: string;
  /** Seconds since 1970, ascending. */
  times: readonly number[];
  lines: readonly DrawnLine[];
}

interface DrawnLine {
  label: string;
  values: readonly (number | null)[];
  /** Its place in the order of colours and dashes. */
  slot: number;
  /** Drawn below zero: another host's, not less than nothing. */
  below?: boolean;
}

/** Lines differ by dash as well as by colour. */
const DASHES = ['', '7 3', '2 2', '8 3 2 3', '4 4', '12 3', '1 3', '6 2 1 2'];
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600];

/** Lines of text that a pane of several is high. */
const PANE_LINES = 24;

export function linePicture(drawing: LineDrawing): Picture {
  const { title, panes } = drawing;
  return {
    title,
    ...(panes.length > 1 && { height: ({ fontSize }: Paint) => panes.length * PANE_LINES * fontSize }),
    draw(paint, size) {
      const height = size.height / Math.max(1, panes.length);
      return panes
        .map((pane, at) => {
          const head = panes.length > 1 ? paint.fontSize * 1.6 : 0;
          const name =
            head > 0 ? textAt(0, paint.fontSize, pane.label, { fill: paint.ink, weight: 600 }) : '';
          const inner = { width: size.width, height: height - head };
          return `<g transform="translate(0 ${short(at * height)})">${name}<g transform="translate(0 ${short(head)})">${drawPane(drawing, pane, paint, inner)}</g></g>`;
        })
        .join('\n');
    },
  };
}

function drawPane({ amount, moment }: LineDrawing, pane: LinePane, paint: Paint, size: Size): string {
  const { times } = pane;
  const lines = pane.lines.map((line) => ({
    ...line,
    values: line.below ? line.values.map((value) => (value === null ? null : -value)) : line.values,
  }));
  const isMirrored = lines.some(({ below }) => below);
  const { fontSize, faint, line } = paint;
  const legend = Math.ceil(lines.length / 4) * fontSize * 1.6;
  const left = fontSize * 6;
  const width = size.width - left;
  const height = size.height - legend - fontSize * 2;
  const from = times[0] ?? 0;
  const to = Math.max(from + 1, times.at(-1) ?? 0);
  const all = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  const low = all.reduce((least, value) => Math.min(least, value), 0);
  const high = all.reduce((most, value) => Math.max(most, value), low === 0 ? 1 : 0);
  const x = (seconds: number): number => left + ((seconds - from) / (to - from)) * width;
  const y = (value: number): number => height - ((value - low) / (high - low || 1)) * height;

  const rows = ticks(low, high, 5).map(
    (value) =>
      `<line x1="${short(left)}" x2="${short(left + width)}" y1="${short(y(value))}" y2="${short(y(value))}" stroke="${line}"/>${textAt(left - 6, y(value) + fontSize / 3, amount(isMirrored ? Math.abs(value) : value), { fill: faint, anchor: 'end' })}`,
  );
  const step = STEPS.find((each) => each >= (to - from) / 8) ?? 86_400;
  const columns: string[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    columns.push(textAt(x(at), height + fontSize * 1.4, moment(at), { fill: faint, anchor: 'middle' }));
  }
  const paths = lines.map(
    ({ values, slot }) =>
      `<path d="${pathOf(times, values, x, y)}" fill="none" stroke="${escapeXml(paint.series(slot))}" stroke-width="1.5" stroke-dasharray="${DASHES[slot % DASHES.length]}"/>`,
  );
  const names = lines.map(({ label, slot }, at) => {
    const place = left + (at % 4) * (width / 4);
    const below = height + fontSize * 2 + Math.floor(at / 4) * fontSize * 1.6 + fontSize;
    const sample = `<line x1="${short(place)}" x2="${short(place + 24)}" y1="${short(below - fontSize / 3)}" y2="${short(below - fontSize / 3)}" stroke="${escapeXml(paint.series(slot))}" stroke-width="2" stroke-dasharray="${DASHES[slot % DASHES.length]}"/>`;
    return sample + textAt(place + 30, below, fitted(label, width / 4 - 40, paint), { fill: paint.ink });
  });
  return [...rows, ...columns, ...paths, ...names].join('\n');
}

/** A line is drawn through what is missing, as on screen. */
function pathOf(
  times: readonly number[],
  values: readonly (number | null)[],
  x: (seconds: number) => number,
  y: (value: number) => number,
): string {
  const points = times.flatMap((seconds, at) => {
    const value = values[at];
    return value === null || value === undefined ? [] : [`${short(x(seconds))} ${short(y(value))}`];
  });
  return points.length === 0 ? '' : `M${points.join('L')}`;
}

/** About so many round numbers from low to high. */
export function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  const length = Math.max(1, Math.floor(high / step) - first + 1);
  return Array.from({ length }, (_, at) => (first + at) * step);
}
