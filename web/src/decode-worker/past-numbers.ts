import type { GlobalValue } from '../session/globals.ts';

/** What numbers were before, for the eye alone. */
export interface PastNumbers {
  add(name: string, number: number): void;
  of(name: string): Pick<GlobalValue, 'past' | 'changes'>;
}

/** Numbers that are kept of each, and of how many there are some. */
export const PAST_NUMBERS = 120;
const NAMES_MAX = 1024;

export function createPastNumbers(): PastNumbers {
  const known = new Map<string, { past: number[]; changes: number }>();
  return {
    add(name, number) {
      let own = known.get(name);
      if (!own) {
        if (known.size >= NAMES_MAX) return;
        own = { past: [], changes: 0 };
        known.set(name, own);
      }
      if (own.past.length > 0 && own.past.at(-1) !== number) own.changes++;
      own.past.push(number);
      if (own.past.length > PAST_NUMBERS) own.past.shift();
    },
    of: (name) => known.get(name) ?? { past: [], changes: 0 },
  };
}
