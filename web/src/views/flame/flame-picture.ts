import { percentText } from '../numbers.ts';
import { escapeXml, fitted, type Paint, type Picture, type Size, short, textAt } from '../picture/picture.ts';
import { changeAt, type FlameScene, labelOf, shareOf } from './draw-flame.ts';
import type { FlameColours } from './flame-colours.ts';
import { type Box, boxesIn } from './flame-layout.ts';

/** What of a scene is part of its picture: not what is pointed at. */
export type FlameDrawing = Pick<FlameScene, 'graph' | 'index' | 'zoomed' | 'rising' | 'than'>;

/** A flame graph as vectors: every box that is a pixel wide or more, with its function and numbers to point at. */
export function flamePicture(drawing: FlameDrawing, title: string, colours: FlameColours): Picture {
  return {
    title,
    height: (paint, width) => (deepest(boxesOf(drawing, width)) + 1) * rowOf(paint) + legendOf(paint),
    draw: (paint, size) => draw(drawing, colours, paint, size),
  };
}

const rowOf = ({ fontSize }: Paint): number => Math.round(fontSize * 1.5);
const legendOf = ({ fontSize }: Paint): number => fontSize * 2.4;
/** A narrower box has no room for a letter. */
const LABEL_LEAST = 24;

function boxesOf({ index, zoomed }: FlameDrawing, width: number): Box[] {
  return boxesIn(index, zoomed, Math.floor(width), { from: 0, to: index.depth });
}

function deepest(boxes: readonly Box[]): number {
  return boxes.reduce((most, { row }) => Math.max(most, row), 0);
}

function draw(drawing: FlameDrawing, colours: FlameColours, paint: Paint, { width, height }: Size): string {
  const { graph, index, zoomed, rising } = drawing;
  const scene: FlameScene = { ...drawing, selected: 0, hovered: undefined };
  const row = rowOf(paint);
  const room = Math.max(1, Math.floor((height - legendOf(paint)) / row));
  const all = boxesOf(drawing, width);
  const boxes = all.filter((box) => box.row < room);
  const rows = Math.min(room, deepest(all) + 1);
  const shapes = boxes.map((box) => {
    const { node } = box;
    const number = index.tree.frames[node] as number;
    const frame = graph.names[number];
    const isHit = graph.hits?.[number] === 1;
    const change = changeAt(scene, node);
    const isAncestor = node < zoomed && box.row < (index.depths[zoomed] as number);
    const fill = isHit
      ? colours.hit
      : change === undefined
        ? colours.of(frame, graph.unit)
        : colours.ofChange(change);
    const faded = isAncestor || (graph.hits !== undefined && !isHit) ? ' fill-opacity="0.45"' : '';
    const top = (rising ? rows - 1 - box.row : box.row) * row;
    const place = `x="${box.left}" y="${short(top)}" width="${short(Math.max(1, box.width - 1))}" height="${row - 1}"`;
    const words = [frame?.text ?? 'all', frame?.object, percentText(shareOf(scene, node))].filter(Boolean);
    const label =
      box.width < LABEL_LEAST
        ? ''
        : textAt(box.left + 4, top + row * 0.68, fitted(labelOf(scene, node), box.width - 8, paint), {
            fill: colours.ink,
          });
    const hatch = frame?.space === 'kernel' && box.width > 3 ? `<rect ${place} fill="url(#kernel)"/>` : '';
    const dotted =
      frame !== undefined && !frame.known && box.width > 3
        ? `<path d="M${box.left} ${short(top + row - 2.5)}h${short(box.width - 1)}" stroke="${escapeXml(colours.ink)}" stroke-dasharray="2 2"/>`
        : '';
    return `<g><title>${escapeXml(words.join(' · '))}</title><rect ${place} fill="${escapeXml(fill)}"${faded}/>${hatch}${dotted}${label}</g>`;
  });
  const left = all.length - boxes.length;
  return [
    hatchPattern(colours.ink),
    ...shapes,
    legend(drawing, colours, paint, { width, top: rows * row + paint.fontSize * 1.4 }),
    ...(left > 0
      ? [
          textAt(width, rows * row + paint.fontSize * 1.4, `and ${left} deeper frames`, {
            fill: paint.faint,
            anchor: 'end',
          }),
        ]
      : []),
  ].join('\n');
}

/** Slanted lines: the sign of the kernel, for colour is never the only one. */
function hatchPattern(ink: string): string {
  return `<defs><pattern id="kernel" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v6" stroke="${escapeXml(ink)}" stroke-opacity="0.22"/></pattern></defs>`;
}

function legend(
  { graph, index, than }: FlameDrawing,
  colours: FlameColours,
  paint: Paint,
  { width, top }: { width: number; top: number },
): string {
  const sample = (space: 'kernel' | 'user', known: boolean): string =>
    colours.of({ space, known, text: '', object: undefined }, graph.unit);
  const isCompared = index.tree.before !== undefined;
  const entries: { words: string; fill: string; hatched?: boolean; dotted?: boolean }[] = [
    ...(isCompared
      ? [
          { words: `more than ${than}`, fill: colours.ofChange(0.1) },
          { words: 'less', fill: colours.ofChange(-0.1) },
          { words: 'kernel', fill: colours.ofChange(0), hatched: true },
        ]
      : [
          { words: 'user space', fill: sample('user', true) },
          { words: 'kernel', fill: sample('kernel', true), hatched: true },
          { words: 'without a name', fill: sample('user', false), dotted: true },
        ]),
    ...(graph.hits ? [{ words: 'found by the search', fill: colours.hit }] : []),
  ];
  const step = Math.min(190, width / entries.length);
  const size = paint.fontSize * 0.9;
  return entries
    .map(({ words, fill, hatched, dotted }, at) => {
      const x = at * step;
      const place = `x="${short(x)}" y="${short(top - size)}" width="${short(size * 1.6)}" height="${short(size)}"`;
      return [
        `<rect ${place} fill="${escapeXml(fill)}"/>`,
        hatched ? `<rect ${place} fill="url(#kernel)"/>` : '',
        dotted
          ? `<path d="M${short(x)} ${short(top - 1)}h${short(size * 1.6)}" stroke="${escapeXml(colours.ink)}" stroke-dasharray="2 2"/>`
          : '',
        textAt(x + size * 2, top, words, { fill: paint.faint }),
      ].join('');
    })
    .join('\n');
}
