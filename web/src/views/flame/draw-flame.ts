import type { FlameGraph } from '../../session/flame.ts';
import { changeText } from '../amount.ts';
import { percentText } from '../numbers.ts';
import type { FlameColours } from './flame-colours.ts';
import { type Box, boxesIn, type FlameIndex } from './flame-layout.ts';

/** What is drawn of a graph, and what of it is marked. */
export interface FlameScene {
  graph: FlameGraph;
  index: FlameIndex;
  zoomed: number;
  selected: number;
  hovered: number | undefined;
  /** The root at the bottom, as flames rise; else at the top, as icicles hang. */
  rising: boolean;
  /** What it is compared with, in the middle of a sentence: `before`, `on web-2`. */
  than: string;
}

/** Sizes in pixels of the screen. */
export interface FlameSizes {
  width: number;
  height: number;
  row: number;
  /** How far it is scrolled. */
  top: number;
  ratio: number;
  font: string;
}

/** Rows that all of it takes. */
export function rowsOf({ index }: FlameScene): number {
  return index.depth + 1;
}

/** Where a row's upper edge is, in what is scrolled. */
export function topOfRow(scene: FlameScene, { row, height }: FlameSizes, at: number): number {
  const rows = rowsOf(scene);
  return scene.rising ? Math.max(height, rows * row) - (at + 1) * row : at * row;
}

export function rowAt(scene: FlameScene, sizes: FlameSizes, y: number): number {
  const at = y + sizes.top;
  const { row, height } = sizes;
  return scene.rising ? Math.floor((Math.max(height, rowsOf(scene) * row) - at) / row) : Math.floor(at / row);
}

export function boxesOf(scene: FlameScene, sizes: FlameSizes): Box[] {
  const one = rowAt(scene, sizes, 0);
  const other = rowAt(scene, sizes, sizes.height);
  return boxesIn(scene.index, scene.zoomed, sizes.width, {
    from: Math.min(one, other),
    to: Math.max(one, other),
  });
}

/** The node under a point; undefined beside all. */
export function nodeUnder(scene: FlameScene, sizes: FlameSizes, x: number, y: number): number | undefined {
  const row = rowAt(scene, sizes, y);
  return boxesIn(scene.index, scene.zoomed, sizes.width, { from: row, to: row }).find(
    ({ left, width }) => x >= left && x < left + width,
  )?.node;
}

export function shareOf({ index: { tree } }: FlameScene, node: number): number {
  return (tree.totals[node] as number) / (tree.totals[0] || 1);
}

export function changeAt({ index: { tree } }: FlameScene, node: number): number | undefined {
  if (!tree.before) return undefined;
  return (
    (tree.totals[node] as number) / (tree.totals[0] || 1) -
    (tree.before[node] as number) / (tree.before[0] || 1)
  );
}

/** What stands in a box. Kernel functions, and what has no name, are told by more than their colour. */
export function labelOf(scene: FlameScene, node: number): string {
  const frame = scene.graph.names[scene.index.tree.frames[node] as number];
  const change = changeAt(scene, node);
  const share = change === undefined ? percentText(shareOf(scene, node)) : changeText(change);
  return node === 0 ? `all ${change === undefined ? '' : share}`.trim() : `${frame?.text ?? ''}  ${share}`;
}

const LABEL_LEAST = 28;

export function drawFlame(
  context: CanvasRenderingContext2D,
  scene: FlameScene,
  sizes: FlameSizes,
  colours: FlameColours,
): void {
  const { graph, index } = scene;
  const { row, ratio } = sizes;
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, sizes.width, sizes.height);
  context.font = sizes.font;
  context.textBaseline = 'middle';
  const letter = context.measureText('m').width || 1;
  const hatch = hatchOf(context, colours.ink, ratio);
  const gap = Math.max(1, Math.round(ratio));

  for (const box of boxesOf(scene, sizes)) {
    const { node, left, width } = box;
    const number = index.tree.frames[node] as number;
    const frame = graph.names[number];
    const top = topOfRow(scene, sizes, box.row) - sizes.top;
    const drawn = Math.max(1, width - gap);
    const isHit = graph.hits !== undefined && graph.hits[number] === 1;
    const change = changeAt(scene, node);
    const isAncestor = node < scene.zoomed && box.row < (index.depths[scene.zoomed] as number);
    context.globalAlpha = isAncestor || (graph.hits !== undefined && !isHit) ? 0.45 : 1;
    context.fillStyle = isHit
      ? colours.hit
      : change === undefined
        ? colours.of(frame, graph.unit)
        : colours.ofChange(change);
    context.fillRect(left, top, drawn, row - gap);
    if (frame?.space === 'kernel' && drawn > 3 * ratio) {
      context.fillStyle = hatch;
      context.fillRect(left, top, drawn, row - gap);
    }
    if (frame !== undefined && !frame.known && drawn > 3 * ratio) {
      context.fillStyle = colours.ink;
      for (let at = left; at < left + drawn; at += 4 * gap) {
        context.fillRect(at, top + row - 3 * gap, Math.min(2 * gap, left + drawn - at), gap);
      }
    }
    context.globalAlpha = 1;
    if (drawn >= LABEL_LEAST * ratio) {
      // What fits: texts are cut by letters of one width, and end in a sign that they are.
      const room = Math.floor((drawn - 8 * ratio) / letter);
      const label = labelOf(scene, node);
      context.fillStyle = isAncestor ? colours.ink : colours.ink;
      context.fillText(
        label.length > room ? `${label.slice(0, Math.max(1, room - 1))}…` : label,
        left + 4 * ratio,
        top + (row - gap) / 2 + ratio / 2,
      );
    }
    if (node === scene.selected || node === scene.hovered) {
      const line = node === scene.selected ? 2 * gap : gap;
      context.lineWidth = line;
      context.strokeStyle = node === scene.selected ? colours.focus : colours.ink;
      context.strokeRect(left + line / 2, top + line / 2, Math.max(1, drawn - line), row - gap - line);
    }
  }
}

/** Slanted lines: the sign of the kernel. */
function hatchOf(context: CanvasRenderingContext2D, ink: string, ratio: number): CanvasPattern | string {
  const size = Math.round(6 * ratio);
  const tile = new OffscreenCanvas(size, size);
  const pen = tile.getContext('2d');
  if (!pen) return 'transparent';
  pen.strokeStyle = ink;
  pen.globalAlpha = 0.16;
  pen.lineWidth = ratio;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
  return context.createPattern(tile, 'repeat') ?? 'transparent';
}
