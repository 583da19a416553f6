import type { Topology, TopologyNode } from '../../session/topology.ts';
import { placeNodes } from './graph-layout.ts';

/** Sizes in units of the picture, which are CSS pixels at its full size. */
export const NODE_WIDTH = 190;
export const NODE_HEIGHT = 26;
const COLUMN = 360;
const ROW = 40;
const MARGIN = 24;
const WIDTH_LEAST = 1.2;
const WIDTH_MOST = 11;
/** Of more, only the heaviest have their numbers written on them. */
export const LABELS_MAX = 60;
const LETTERS_MAX = 25;

/** Where everything of a graph stands. */
export interface TopologyPlan {
  width: number;
  height: number;
  places: readonly { column: number; row: number }[];
  left(node: number): number;
  /** Columns are centred. */
  middle(node: number): number;
}

/** Which stays as it is while the same ends are joined, whatever goes over the edges. */
export function planTopology(nodes: number, edges: Topology['edges']): TopologyPlan {
  const places = placeNodes(nodes, edges);
  const columns = Math.max(0, ...places.map(({ column }) => column)) + 1;
  const heights = columnHeights(places, columns);
  const height = MARGIN * 2 + Math.max(1, ...heights) * ROW;
  return {
    width: MARGIN * 2 + (columns - 1) * COLUMN + NODE_WIDTH,
    height,
    places,
    left: (node) => MARGIN + (places[node]?.column ?? 0) * COLUMN,
    middle(node) {
      const { column, row } = places[node] ?? { column: 0, row: 0 };
      return height / 2 + (row - ((heights[column] ?? 1) - 1) / 2) * ROW;
    },
  };
}

/** How thick an edge is. @param most what the heaviest is worth */
export function thicknessOf(amount: number, most: number): number {
  return WIDTH_LEAST + (WIDTH_MOST - WIDTH_LEAST) * Math.sqrt(amount / (most || 1));
}

function columnHeights(places: readonly { column: number }[], columns: number): number[] {
  const heights = Array.from({ length: columns }, () => 0);
  for (const { column } of places) heights[column] = (heights[column] ?? 0) + 1;
  return heights;
}

export function labelOf({ label, host }: TopologyNode): string {
  return host === '' ? label : `${host} · ${label}`;
}

/** The end tells addresses and ports apart, so it is the middle that is left out. */
export function shortened(text: string): string {
  if (text.length <= LETTERS_MAX) return text;
  return `${text.slice(0, 11)}…${text.slice(text.length - LETTERS_MAX + 12)}`;
}

export function curve(fromX: number, fromY: number, toX: number, toY: number): string {
  const start = fromX + NODE_WIDTH;
  if (toX > fromX) {
    const half = (toX - start) / 2;
    return `M${start} ${fromY}C${start + half} ${fromY} ${toX - half} ${toY} ${toX} ${toY}`;
  }
  // Back, or to itself: round the outside.
  const out = 46;
  const above = Math.min(fromY, toY) - NODE_HEIGHT;
  return `M${start} ${fromY}C${start + out} ${fromY - 10} ${start + out} ${above} ${start - NODE_WIDTH / 2} ${above}S${toX - out} ${toY - 10} ${toX} ${toY}`;
}

export function labelPlace(fromX: number, fromY: number, toX: number, toY: number): [x: number, y: number] {
  if (toX <= fromX) return [fromX + NODE_WIDTH / 2, Math.min(fromY, toY) - NODE_HEIGHT - 4];
  // Nearer to where it leads: edges that come from one node part there.
  const part = 0.72;
  const ease = part * part * (3 - 2 * part);
  return [fromX + NODE_WIDTH + (toX - fromX - NODE_WIDTH) * part, fromY + (toY - fromY) * ease - 5];
}
