import { escapeXml, fitted, type Paint, type Picture, type Size, short, textAt } from './picture.ts';

/** A few numbers, large, each with how it came to that. */
export interface NumberDrawing {
  title: string;
  numbers: readonly {
    label: string;
    text: string;
    times: readonly number[];
    values: readonly (number | null)[];
  }[];
}

export function numberPicture({ title, numbers }: NumberDrawing): Picture {
  return {
    title,
    height: (paint, width) => Math.ceil(numbers.length / columnsIn(width, paint)) * cardOf(paint).height,
    draw(paint, { width, height }) {
      const columns = columnsIn(width, paint);
      const card = cardOf(paint);
      const shown = numbers.slice(0, columns * Math.max(1, Math.floor(height / card.height)));
      const left = numbers.length - shown.length;
      return [
        ...shown.map((number, at) => {
          const x = (at % columns) * (width / columns);
          const y = Math.floor(at / columns) * card.height;
          const inner = { width: width / columns - GAP, height: card.height - GAP };
          return `<g transform="translate(${short(x)} ${short(y)})">${drawCard(number, paint, inner)}</g>`;
        }),
        ...(left > 0
          ? [textAt(width, height, `and ${left} more`, { fill: paint.faint, anchor: 'end' })]
          : []),
      ].join('\n');
    },
  };
}

const GAP = 12;

function cardOf({ fontSize }: Paint): Size {
  return { width: fontSize * 18, height: fontSize * 9 };
}

function columnsIn(width: number, paint: Paint): number {
  return Math.max(1, Math.floor(width / cardOf(paint).width));
}

function drawCard(
  { label, text, times, values }: NumberDrawing['numbers'][number],
  paint: Paint,
  { width, height }: Size,
): string {
  const { fontSize, ink, faint, line } = paint;
  const pad = fontSize * 0.8;
  const inner = { left: pad, top: fontSize * 4.8, width: width - 2 * pad, height: fontSize * 2.2 };
  return [
    `<rect width="${short(width)}" height="${short(height)}" rx="6" fill="none" stroke="${escapeXml(line)}"/>`,
    textAt(pad, fontSize * 1.5, fitted(label, width - 2 * pad, paint), { fill: faint }),
    `<g font-size="${short(fontSize * 1.9)}">${textAt(pad, fontSize * 3.8, text, { fill: ink })}</g>`,
    `<path d="${spark(times, values, inner)}" fill="none" stroke="${escapeXml(paint.series(1))}" stroke-width="1.5"/>`,
  ].join('');
}

function spark(
  times: readonly number[],
  values: readonly (number | null)[],
  { left, top, width, height }: Size & { left: number; top: number },
): string {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return '';
  const low = known.reduce((least, value) => Math.min(least, value), 0);
  const high = known.reduce((most, value) => Math.max(most, value), low);
  const from = times[0] ?? 0;
  const span = (times.at(-1) ?? 0) - from || 1;
  const points = values.flatMap((value, at) => {
    if (value === null) return [];
    const x = left + (((times[at] ?? from) - from) / span) * width;
    return [`${short(x)} ${short(top + height - ((value - low) / (high - low || 1)) * height)}`];
  });
  return `M${points.join('L')}`;
}
