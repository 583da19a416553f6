import type { ExportedTable } from '@probepad/protocol/export/shown-table';
import { escapeXml, fitted, type Paint, type Picture, type Size, short, textAt } from './picture.ts';

/** The first rows of a table, as many as fit, each column as wide as what stands in it. */
export function tablePicture(title: string, table: ExportedTable): Picture {
  return { title, draw: (paint, size) => draw(table, paint, size) };
}

/** Characters of a column that are shown at most. */
const LETTERS_MAX = 48;

function draw({ columns, rows }: ExportedTable, paint: Paint, { width, height }: Size): string {
  const { fontSize, faint, ink, line } = paint;
  const row = fontSize * 1.6;
  const shown = rows.slice(0, Math.max(0, Math.floor((height - row * 2) / row)));
  const letter = fontSize * 0.58;
  let left = 0;
  const parts: string[] = [];
  for (const [at, { name, align }] of columns.entries()) {
    const texts = shown.map(({ cells, gap }) =>
      gap === undefined ? (cells[at] ?? '') : at === 0 ? gap : '',
    );
    const letters = Math.min(LETTERS_MAX, Math.max(name.length, ...texts.map((text) => text.length), 2));
    const room = Math.min(letters * letter + fontSize, width - left);
    if (room < fontSize * 3) break;
    const anchor = align === 'number' ? 'end' : 'start';
    const x = left + (align === 'number' ? room - fontSize : 0);
    parts.push(textAt(x, fontSize, fitted(name, room - fontSize / 2, paint), { fill: faint, anchor }));
    texts.forEach((text, place) => {
      const cell = fitted(text, room - fontSize / 2, paint);
      if (cell !== '') parts.push(textAt(x, fontSize + row * (place + 1), cell, { fill: ink, anchor }));
    });
    left += room;
  }
  const more = rows.length - shown.length;
  return [
    `<path d="M0 ${short(fontSize * 1.5)}h${short(width)}" stroke="${escapeXml(line)}"/>`,
    ...parts,
    ...(more > 0 ? [textAt(0, fontSize + row * (shown.length + 1), 'and more', { fill: faint })] : []),
  ].join('\n');
}
