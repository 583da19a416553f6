import { addCell, type Buckets, createKeyCell, type KeyCell, keepLargest, sketchOf } from './key-cell.ts';
import { addValue, addValues, type Sketch } from './sketch.ts';

/**
 * What came in each second of one host's clock, by key: 15 minutes of single seconds, and two hours of ten seconds before those. The
 * empty key is that of all.
 */
export interface Timeline {
  /** Where what came in this second is added, in whichever order; undefined for one that is kept no more. */
  open(second: number): OpenCell | undefined;
  /** Cells of single and of ten seconds, oldest first. */
  cells(): Iterable<Cell>;
  /** First second there is something of. */
  readonly first: number | undefined;
}

/** One second, to be added to at once. */
export interface OpenCell {
  /** @param count records that have no value of their own; with a value it is one */
  add(key: string, value: number | undefined, count?: number): void;
  /** The first `count` of these values, under no key. */
  addAll(values: Float64Array, count: number): void;
}

export interface Cell {
  /** The second that it begins with, and how many it holds. */
  second: number;
  seconds: number;
  byKey: KeyedSketches;
  /** The most events that a key which is not in `byKey` can have had. */
  leftOut: number;
}

export interface KeyedSketches extends Iterable<[key: string, sketch: Sketch]> {
  get(key: string): Sketch | undefined;
}

export const FINE_SECONDS = 900;
export const COARSE_SECONDS = 10;
const COARSE_KEPT = 720;
/** Keys that have a count of their own within one cell once it is over; what else came is in the sum alone. */
const KEYS_MAX = 256;
/** With buckets a key takes a thousand times as much room. */
const KEYS_WITH_BUCKETS = 24;

/** @param buckets whether quantiles will be asked for, of all or of each key */
export function createTimeline(buckets: Buckets): Timeline {
  const fine = new Map<number, KeyCell>();
  const coarse = new Map<number, KeyCell>();
  const keysMax = buckets === 'each' ? KEYS_WITH_BUCKETS : KEYS_MAX;
  let newest = Number.NEGATIVE_INFINITY;
  let first: number | undefined;
  /** The one that was added to last, which may have more keys than are kept. */
  let open: KeyCell | undefined;

  function fineAt(second: number): KeyCell {
    const known = fine.get(second);
    if (known) return known;
    const made = createKeyCell(keysMax, buckets);
    fine.set(second, made);
    return made;
  }

  function coarseAt(second: number): KeyCell | undefined {
    const number = Math.floor(second / COARSE_SECONDS);
    const known = coarse.get(number);
    if (known) return known;
    const oldest = coarse.size < COARSE_KEPT ? undefined : Math.min(...coarse.keys());
    if (oldest !== undefined && number < oldest) return undefined;
    const made = createKeyCell(keysMax, buckets);
    coarse.set(number, made);
    if (oldest !== undefined) {
      coarse.delete(oldest);
      first = Math.min(...coarse.keys()) * COARSE_SECONDS;
    }
    return made;
  }

  function retire(): void {
    for (const [second, cell] of fine) {
      if (second > newest - FINE_SECONDS) continue;
      fine.delete(second);
      const into = coarseAt(second);
      if (into) addCell(into, cell);
    }
  }

  function cellAt(second: number): KeyCell | undefined {
    if (second <= newest - FINE_SECONDS) return coarseAt(second);
    if (second > newest) {
      newest = second;
      retire();
    }
    return fineAt(second);
  }

  return {
    open(second) {
      const cell = cellAt(second);
      if (open && open !== cell) keepLargest(open);
      open = cell;
      if (!cell) return undefined;
      first = Math.min(first ?? second, second);
      const whole = sketchOf(cell, '');
      return {
        add(key, value, count = 1) {
          addTo(whole, value, count);
          if (key !== '') addTo(sketchOf(cell, key), value, count);
        },
        addAll(values, count) {
          addValues(whole, values, count);
        },
      };
    },
    *cells() {
      for (const [number, { byKey, leftOut }] of [...coarse].sort(([a], [b]) => a - b)) {
        yield { second: number * COARSE_SECONDS, seconds: COARSE_SECONDS, byKey, leftOut };
      }
      for (const [second, { byKey, leftOut }] of [...fine].sort(([a], [b]) => a - b)) {
        yield { second, seconds: 1, byKey, leftOut };
      }
    },
    get first() {
      return first;
    },
  };
}

function addTo(sketch: Sketch, value: number | undefined, count: number): void {
  if (value === undefined) sketch.count += count;
  else addValue(sketch, value);
}
