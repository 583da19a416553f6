import type { PageClock } from '../page-clock.ts';
import { createGrowth, type Growth } from './growth.ts';

/**
 * Things by key, and what each grew by over time, in a bounded number of places. Once all are taken, things that have not grown for
 * long give theirs to new ones: what they grew by is from then on part of a rest, as is what finds no place at all. So sums stay
 * whole, and what is new is seen however much there was before.
 */
export interface Places<T> extends Pick<Growth, 'sum' | 'kept'> {
  /** Undefined for what has none. */
  placeOf(key: string): number | undefined;
  /** A place for what has none and grows now, which may be that of a rest. @param time seconds on the host's own clock */
  put(time: number, clock: PageClock, key: string, thing: T): number;
  at(place: number): T | undefined;
  add(time: number, clock: PageClock, place: number, amounts: readonly number[]): void;
  /** Forgets things with all that they grew by. */
  remove(isGone: (thing: T) => boolean): void;
}

/** What has grown in so many seconds keeps its place: of a map whose every entry grows, some have theirs for good. */
const RECENT = 10;
/** Part of all places that is given away at a time: to find what is old, all are looked at. */
const PART_GIVEN = 0.25;

/** @param restOf what stands for a thing without a place, and its key: how much is told apart of what has none */
export function createPlaces<T>(
  placesMax: number,
  restOf: (thing: T) => { key: string; thing: T },
): Places<T> {
  const growth = createGrowth();
  const places = new Map<string, number>();
  const taken: ({ key: string; thing: T; isRest: boolean } | undefined)[] = [];
  /** By place, when it grew last: seconds on the page's clock. */
  const grown: number[] = [];
  const free: number[] = [];
  let rests = 0;
  let newest = Number.NEGATIVE_INFINITY;
  let looked = Number.NEGATIVE_INFINITY;

  function take(key: string, thing: T, isRest: boolean): number {
    const place = free.pop() ?? taken.length;
    places.set(key, place);
    taken[place] = { key, thing, isRest };
    grown[place] = newest;
    if (isRest) rests++;
    return place;
  }

  function restFor(of: T): number {
    const { key, thing } = restOf(of);
    return places.get(key) ?? take(key, thing, true);
  }

  function leave(place: number): void {
    const left = taken[place];
    if (left === undefined) return;
    if (left.isRest) rests--;
    places.delete(left.key);
    taken[place] = undefined;
    free.push(place);
  }

  /** Once a second at most. */
  function giveOld(): void {
    if (newest < looked + 1) return;
    looked = newest;
    const isOld = (place: number): boolean =>
      taken[place]?.isRest === false && (grown[place] as number) < newest - RECENT;
    const old = [...taken.keys()]
      .filter(isOld)
      .sort((a, b) => (grown[a] as number) - (grown[b] as number))
      .slice(0, Math.ceil(placesMax * PART_GIVEN));
    if (old.length === 0) return;
    growth.give(new Map(old.map((place) => [place, restFor((taken[place] as { thing: T }).thing)])));
    for (const place of old) leave(place);
  }

  return {
    placeOf: (key) => places.get(key),
    put(time, clock, key, thing) {
      newest = Math.max(newest, time + clock.offset);
      if (places.size - rests >= placesMax) giveOld();
      return places.size - rests < placesMax ? take(key, thing, false) : restFor(thing);
    },
    at: (place) => taken[place]?.thing,
    add(time, clock, place, amounts) {
      grown[place] = time + clock.offset;
      growth.add(time, clock, place, amounts);
    },
    remove(isGone) {
      const gone = [...taken.keys()].filter((place) => {
        const each = taken[place];
        return each !== undefined && isGone(each.thing);
      });
      growth.give(new Map(gone.map((place) => [place, undefined])));
      for (const place of gone) leave(place);
    },
    sum: growth.sum,
    kept: growth.kept,
  };
}
