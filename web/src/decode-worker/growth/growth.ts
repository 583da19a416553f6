import type { TimeRange } from '../../session/time-axis.ts';
import type { PageClock } from '../page-clock.ts';

/** What many things grew by in each second: what flame graphs and topologies of any time between are added up from. */
export interface Growth {
  /**
   * @param time seconds on the host's own clock, when it was seen
   * @param thing a small whole number
   * @param amounts one a measure
   */
  add(time: number, clock: PageClock, thing: number, amounts: readonly number[]): void;
  /** What these things grew by, at any time, is from now on what the thing beside each grew by; undefined: nobody's. */
  give(things: ReadonlyMap<number, number | undefined>): void;
  /** By thing; what has not grown in the range is missing. */
  sum(range: TimeRange | undefined, measure: number): Map<number, number>;
  /** What is known of: what is seen first has grown in the second before. Undefined while there is nothing. */
  kept(): TimeRange | undefined;
}

/** One second of one host, or several that have become one. */
interface Step {
  clock: PageClock;
  /** Seconds on the host's clock: what is in the step was seen after `from` and up to `to`. */
  from: number;
  to: number;
  /** Amounts of all measures, one after the other, by thing. */
  amounts: Map<number, number[]>;
}

/** Entries of all steps: about 100 bytes each. Above it the oldest half is kept half as fine. */
const ENTRIES_MAX = 400_000;

export function createGrowth(entriesMax = ENTRIES_MAX): Growth {
  let steps: Step[] = [];
  let entries = 0;

  function stepFor(time: number, clock: PageClock): Step {
    // Several hosts take turns.
    for (let at = steps.length - 1; at >= Math.max(0, steps.length - 32); at--) {
      const step = steps[at];
      if (step && step.clock === clock && Math.floor(step.to) === Math.floor(time)) return step;
    }
    const step = { clock, from: time, to: time, amounts: new Map<number, number[]>() };
    steps.push(step);
    return step;
  }

  function coarsen(): void {
    const half = steps.length >> 1;
    const merged: Step[] = [];
    const open = new Map<PageClock, Step>();
    for (const step of steps.slice(0, half)) {
      const before = open.get(step.clock);
      if (before === undefined) {
        open.set(step.clock, step);
        merged.push(step);
        continue;
      }
      open.delete(step.clock);
      before.to = step.to;
      for (const [thing, amounts] of step.amounts) addTo(before.amounts, thing, amounts);
    }
    steps = [...merged, ...steps.slice(half)];
    count();
  }

  function count(): void {
    entries = steps.reduce((sum, { amounts }) => sum + amounts.size, 0);
  }

  return {
    add(time, clock, thing, amounts) {
      const step = stepFor(time, clock);
      step.to = Math.max(step.to, time);
      if (addTo(step.amounts, thing, amounts)) entries++;
      if (entries > entriesMax && steps.length > 2) coarsen();
    },
    give(things) {
      for (const { amounts } of steps) {
        for (const [thing, each] of amounts) {
          if (!things.has(thing)) continue;
          amounts.delete(thing);
          const other = things.get(thing);
          if (other !== undefined) addTo(amounts, other, each);
        }
      }
      count();
    },
    sum(range, measure) {
      const sums = new Map<number, number>();
      for (const { clock, to, amounts } of steps) {
        const at = to + clock.offset;
        if (range && (at <= range.from || at > range.to)) continue;
        for (const [thing, each] of amounts) {
          const amount = each[measure] ?? 0;
          if (amount !== 0) sums.set(thing, (sums.get(thing) ?? 0) + amount);
        }
      }
      return sums;
    },
    kept() {
      if (steps.length === 0) return undefined;
      return {
        from: Math.min(...steps.map(({ from, clock }) => from + clock.offset)) - 1,
        to: Math.max(...steps.map(({ to, clock }) => to + clock.offset)),
      };
    },
  };
}

/** @returns whether the thing is new there */
function addTo(all: Map<number, number[]>, thing: number, amounts: readonly number[]): boolean {
  const known = all.get(thing);
  if (known === undefined) {
    all.set(thing, [...amounts]);
    return true;
  }
  amounts.forEach((amount, at) => {
    known[at] = (known[at] ?? 0) + amount;
  });
  return false;
}
