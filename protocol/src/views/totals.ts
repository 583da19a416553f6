/** Counts in a map only grow, until somebody deletes their key: what each has grown by since it was read last. */
export interface Totals {
  /** @returns the growth of each, undefined when nothing changed */
  grown(thing: number, amounts: readonly number[]): number[] | undefined;
}

export function createTotals(): Totals {
  const last = new Map<number, readonly number[]>();
  return {
    grown(thing, amounts) {
      const before = last.get(thing);
      let changed = false;
      const growth = amounts.map((amount, at) => {
        const known = before?.[at] ?? 0;
        // Smaller: it was deleted and has begun anew.
        const by = amount >= known ? amount - known : amount;
        changed ||= by !== 0;
        return by;
      });
      if (!changed && before !== undefined) return undefined;
      last.set(thing, [...amounts]);
      return changed ? growth : undefined;
    },
  };
}
