import { addSketch, addValue, addValues, createSketch, type Sketch } from './sketch.ts';

/**
 * What came in each second of one host's clock, by key: 15 minutes of single seconds, and two hours of ten seconds before those. The
 * empty key is that of all.
 */
export interface Timeline {
  /** Where what came in this second is added; undefined for one that is kept no more. */
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
  byKey: ReadonlyMap<string, Sketch>;
}

export const FINE_SECONDS = 900;
export const COARSE_SECONDS = 10;
const COARSE_KEPT = 720;
/** Keys that have a count of their own within one cell; what else comes is in the sum alone. */
const KEYS_MAX = 256;
/** With buckets a key takes a thousand times as much room. */
const KEYS_WITH_BUCKETS = 24;

/** @param buckets whether quantiles will be asked for, of all or of each key */
export function createTimeline(buckets: 'none' | 'all' | 'each'): Timeline {
  const fine = new Map<number, Map<string, Sketch>>();
  const coarse = new Map<number, Map<string, Sketch>>();
  const keysMax = buckets === 'each' ? KEYS_WITH_BUCKETS : KEYS_MAX;
  let newest = Number.NEGATIVE_INFINITY;
  let first: number | undefined;

  function sketchIn(cell: Map<string, Sketch>, key: string): Sketch | undefined {
    const known = cell.get(key);
    if (known) return known;
    if (cell.size > keysMax && key !== '') return undefined;
    const made = createSketch(buckets === 'each' || (buckets === 'all' && key === ''));
    cell.set(key, made);
    return made;
  }

  function cellAt(cells: Map<number, Map<string, Sketch>>, number: number): Map<string, Sketch> {
    const known = cells.get(number);
    if (known) return known;
    const made = new Map<string, Sketch>();
    cells.set(number, made);
    return made;
  }

  function retire(): void {
    for (const [second, cell] of fine) {
      if (second > newest - FINE_SECONDS) break;
      fine.delete(second);
      const into = cellAt(coarse, Math.floor(second / COARSE_SECONDS));
      for (const [key, sketch] of cell) {
        const sum = sketchIn(into, key);
        if (sum) addSketch(sum, sketch);
      }
    }
    for (const number of coarse.keys()) {
      if (coarse.size <= COARSE_KEPT) break;
      coarse.delete(number);
      first = Math.min(...coarse.keys()) * COARSE_SECONDS;
    }
  }

  return {
    open(second) {
      if (second <= newest - FINE_SECONDS) return undefined;
      first = Math.min(first ?? second, second);
      if (second > newest) {
        newest = second;
        cellAt(fine, second);
        retire();
      }
      const cell = cellAt(fine, second);
      const whole = sketchIn(cell, '');
      return {
        add(key, value, count = 1) {
          if (whole) addTo(whole, value, count);
          const own = key === '' ? undefined : sketchIn(cell, key);
          if (own) addTo(own, value, count);
        },
        addAll(values, count) {
          if (whole) addValues(whole, values, count);
        },
      };
    },
    *cells() {
      for (const [number, byKey] of [...coarse].sort(([a], [b]) => a - b)) {
        yield { second: number * COARSE_SECONDS, seconds: COARSE_SECONDS, byKey };
      }
      for (const [second, byKey] of [...fine].sort(([a], [b]) => a - b)) yield { second, seconds: 1, byKey };
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
