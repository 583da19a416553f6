import { escapeXml, fitted, type Paint, type Picture, type Size, short, textAt } from './picture.ts';

/** Bars below one another: a histogram's slots, the largest of many. */
export interface BarsDrawing {
  title: string;
  groups: readonly { label: string; bars: readonly { label: string; value: number; text: string }[] }[];
  /** Whether height reads as colour too. */
  ramp: boolean;
}

export function barsPicture(drawing: BarsDrawing): Picture {
  return { title: drawing.title, draw: (paint, size) => draw(drawing, paint, size) };
}

/** Groups stand beside each other as far as there is room, each with a scale of its own; of more than fit the first are drawn. */
const GROUPS_MAX = 4;

function draw({ groups, ramp }: BarsDrawing, paint: Paint, { width, height }: Size): string {
  const shown = groups.slice(0, GROUPS_MAX);
  const part = width / Math.max(1, shown.length);
  const left = groups.length - shown.length;
  const parts = shown.map((group, at) => {
    const inner = { width: part - 24, height: height - paint.fontSize * 2 };
    return `<g transform="translate(${short(at * part)} 0)">${drawGroup(group, paint, inner, ramp)}</g>`;
  });
  const more =
    left > 0 ? [textAt(width, height, `and ${left} more`, { fill: paint.faint, anchor: 'end' })] : [];
  return [...parts, ...more].join('\n');
}

function drawGroup(
  { label, bars }: BarsDrawing['groups'][number],
  paint: Paint,
  { width, height }: Size,
  ramp: boolean,
): string {
  const { fontSize, ink, faint } = paint;
  const top = label === '' ? 0 : fontSize * 1.6;
  const row = Math.min(fontSize * 1.9, (height - top) / Math.max(1, bars.length));
  const names = Math.min(width * 0.35, Math.max(...bars.map((bar) => bar.label.length), 1) * fontSize * 0.6);
  const counts = Math.max(...bars.map((bar) => bar.text.length), 1) * fontSize * 0.6;
  const room = Math.max(10, width - names - counts - 20);
  const most = bars.reduce((largest, { value }) => Math.max(largest, value), 0) || 1;
  const heading =
    label === '' ? [] : [textAt(0, fontSize, fitted(label, width, paint), { fill: ink, weight: 600 })];
  return [
    ...heading,
    ...bars.map((bar, at) => {
      const y = top + at * row;
      const share = Math.max(0, bar.value) / most;
      const colour = ramp ? paint.ramp(share) : paint.series(1);
      const base = y + row / 2 + fontSize / 3;
      return [
        textAt(names, base, fitted(bar.label, names, paint), { fill: ink, anchor: 'end' }),
        textAt(names + 8 + counts, base, bar.text, { fill: faint, anchor: 'end' }),
        `<rect x="${short(names + counts + 16)}" y="${short(y + row * 0.1)}" width="${short(share * room)}" height="${short(row * 0.8)}" fill="${escapeXml(colour)}"/>`,
      ].join('');
    }),
  ].join('\n');
}
