/** Counts in a map only grow, until somebody deletes their key: what each has grown by since it was read last. */
export interface Totals {
  /**
   * @param thing what has these amounts for itself: an entry's key. Several entries under one name would look like one that begins anew
   *   each time
   * @returns the growth of each, undefined when nothing changed
   */
  grown(thing: string | number, amounts: readonly number[]): number[] | undefined;
  /** The whole map has been read. What has been missing for long was deleted, and may be forgotten. */
  turn(): void;
}

/** Things that are remembered though they are not there any more. */
const THINGS_MAX = 200_000;
/** A snapshot may lack a key that is there: the map changed while it was read, or a piece of it was dropped. */
const MISSED_TURNS = 16;

/** What a counter has grown by. Where it is less than before, its key was deleted, or it overflowed, and it has begun anew. */
export function grownSince(now: number, before: number): number {
  return now < before && now >= 0 ? now : now - before;
}

export function createTotals(thingsMax = THINGS_MAX): Totals {
  const last = new Map<string | number, { amounts: readonly number[]; turn: number }>();
  let turn = 0;
  return {
    grown(thing, amounts) {
      const before = last.get(thing);
      let changed = false;
      const growth = amounts.map((amount, at) => {
        const by = grownSince(amount, before?.amounts[at] ?? 0);
        changed ||= by !== 0;
        return by;
      });
      if (before === undefined) last.set(thing, { amounts: [...amounts], turn });
      else {
        before.turn = turn;
        if (changed) before.amounts = [...amounts];
      }
      return changed ? growth : undefined;
    },
    turn() {
      turn++;
      if (last.size <= thingsMax) return;
      for (const [thing, known] of last) if (known.turn < turn - MISSED_TURNS) last.delete(thing);
    },
  };
}
