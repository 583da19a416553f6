import { addSketch, createSketch, type Sketch } from './sketch.ts';
import type { Cell, KeyedSketches, Timeline } from './timeline.ts';

/** A key as text. @param asking whether the host is asked for names that it has not told yet: for what is on screen */
export type NameOf = (key: string, asking: boolean) => string;

/**
 * A timeline by what its host calls the keys: the same number may be another user or cgroup on each host, and another number the same.
 * What has no name yet is called by its number.
 */
export interface NamedTimeline extends Pick<Timeline, 'cells' | 'first'> {
  /** The name itself; asks the host for those of all keys that are called so. */
  labelOf(name: string): string;
}

export function byName(timeline: Timeline, ofKey: NameOf): NamedTimeline {
  const names = new Map<string, string>();
  const keys = new Map<string, string[]>();

  function nameOf(key: string): string {
    if (key === '') return '';
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = ofKey(key, false);
    names.set(key, name);
    const same = keys.get(name);
    if (same) same.push(key);
    else keys.set(name, [key]);
    return name;
  }

  function named(byKey: KeyedSketches): KeyedSketches {
    return {
      get(name) {
        const same = name === '' ? [''] : (keys.get(name) ?? []);
        return sumOf(same.flatMap((key) => byKey.get(key) ?? []));
      },
      *[Symbol.iterator]() {
        for (const [key, sketch] of byKey) yield [nameOf(key), sketch];
      },
    };
  }

  return {
    *cells(): Generator<Cell> {
      for (const cell of timeline.cells()) yield { ...cell, byKey: named(cell.byKey) };
    },
    first: timeline.first,
    labelOf(name) {
      for (const key of keys.get(name) ?? []) ofKey(key, true);
      return name;
    },
  };
}

function sumOf(sketches: readonly Sketch[]): Sketch | undefined {
  if (sketches.length <= 1) return sketches[0];
  const sum = createSketch(sketches[0]?.pages !== undefined);
  for (const each of sketches) addSketch(sum, each);
  return sum;
}
