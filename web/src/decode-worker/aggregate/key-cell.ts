import { addSketch, createSketch, type Sketch } from './sketch.ts';

/**
 * What came in some seconds, by key; the empty key is that of all. Keys without end are held by space saving: when there are many times
 * as many as are kept, the largest stay, and a key that comes later is reckoned from the most that any key without a place can have had.
 * So whatever has more than its part (1 of `keysMax`, of a third of them where values are counted) of the events, of the sum or of the
 * largest values is found, whenever it comes, and what a key has is never too much. Source: Metwally, Agrawal and El Abbadi, "Efficient
 * Computation of Frequent and Top-k Elements in Data Streams", 2005; cleared many at a time as Anderson et al. do, "A High-Performance
 * Algorithm for Identifying Frequent Items in Data Streams", 2017.
 */
export interface KeyCell {
  byKey: Map<string, Sketch>;
  /** Keys that are kept when not all are. */
  keysMax: number;
  buckets: Buckets;
  /** The most events, and the largest sum, that a key without a place can have had; 0 while every key has one. */
  leftOut: number;
  leftOutSum: number;
}

/** Whether quantiles will be asked for: of all or of each key. */
export type Buckets = 'none' | 'all' | 'each';

/** So many times the keys that are kept have room in between: the more, the less often all are weighed. */
const ROOM = 8;

export function createKeyCell(keysMax: number, buckets: Buckets): KeyCell {
  return { byKey: new Map(), keysMax, buckets, leftOut: 0, leftOutSum: 0 };
}

/** Where events of a key are added. */
export function sketchOf(cell: KeyCell, key: string): Sketch {
  const known = cell.byKey.get(key);
  if (known) return known;
  if (cell.byKey.size > ROOM * cell.keysMax && key !== '') keepLargest(cell);
  return place(cell, key);
}

/** Adds all that another cell has to `into`. */
export function addCell(into: KeyCell, { byKey, leftOut, leftOutSum }: KeyCell): void {
  if (leftOut > 0) {
    for (const [key, sketch] of into.byKey) {
      if (key === '' || byKey.has(key)) continue;
      sketch.missed += leftOut;
      sketch.missedSum += leftOutSum;
    }
  }
  for (const [key, sketch] of byKey) addSketch(into.byKey.get(key) ?? place(into, key), sketch);
  into.leftOut += leftOut;
  into.leftOutSum += leftOutSum;
  keepLargest(into);
}

/** Gives up all keys but the largest, where there are too many to be kept: what they had is in the sum alone. */
export function keepLargest(cell: KeyCell): void {
  const { byKey, keysMax } = cell;
  if (byKey.size - 1 <= keysMax) return;
  const keys: string[] = [];
  const sketches: Sketch[] = [];
  for (const [key, sketch] of byKey) {
    if (key === '') continue;
    keys.push(key);
    sketches.push(sketch);
  }
  const weights = isMeasured(cell) ? MEASURED : COUNTED;
  const share = Math.floor(keysMax / weights.length);
  const stays = new Uint8Array(keys.length);
  for (const weigh of weights) chooseLargest(sketches, weigh, share, stays);
  for (let at = 0; at < keys.length; at++) {
    if (stays[at] === 1) continue;
    const sketch = sketches[at] as Sketch;
    byKey.delete(keys[at] as string);
    cell.leftOut = Math.max(cell.leftOut, eventsAtMost(sketch));
    cell.leftOutSum = Math.max(cell.leftOutSum, sumAtMost(sketch));
  }
}

function place({ byKey, buckets, leftOut, leftOutSum }: KeyCell, key: string): Sketch {
  const made = createSketch(buckets === 'each' || (buckets === 'all' && key === ''));
  if (key !== '') {
    made.missed = leftOut;
    made.missedSum = leftOutSum;
  }
  byKey.set(key, made);
  return made;
}

type Weigh = (sketch: Sketch) => number;

const eventsAtMost: Weigh = ({ count, missed }) => count + missed;
const sumAtMost: Weigh = ({ sum, missedSum }) => sum + missedSum;

const COUNTED: readonly Weigh[] = [eventsAtMost];
/** A key that is the largest by any of these may be asked for. */
const MEASURED: readonly Weigh[] = [eventsAtMost, sumAtMost, ({ max }) => max];

function isMeasured({ byKey }: KeyCell): boolean {
  return (byKey.get('')?.max ?? Number.NEGATIVE_INFINITY) > Number.NEGATIVE_INFINITY;
}

/** Marks so many more that stay. Of those that weigh the same the first do. */
function chooseLargest(sketches: readonly Sketch[], weigh: Weigh, count: number, stays: Uint8Array): void {
  const weights = new Float64Array(sketches.length);
  let left = 0;
  for (let at = 0; at < sketches.length; at++) {
    if (stays[at] === 0) weights[left++] = weigh(sketches[at] as Sketch);
  }
  const sorted = weights.subarray(0, left).sort();
  const least = sorted[Math.max(0, left - count)] as number;
  let ties = 0;
  for (let at = Math.max(0, left - count); sorted[at] === least; at++) ties++;
  for (let at = 0; at < sketches.length; at++) {
    if (stays[at] === 1) continue;
    const weight = weigh(sketches[at] as Sketch);
    if (weight > least || (weight === least && ties-- > 0)) stays[at] = 1;
  }
}
