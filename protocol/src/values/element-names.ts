import type { ProbeSchema } from '../schema.ts';
import { resolveType } from '../types.ts';

/**
 * What the elements of a list are called that an enum counts, without what all of its names begin and end with: `S_READ` is `READ` among
 * `S_…`, `NET_RX_SOFTIRQ` is `NET_RX`. An element that has no name keeps its number. Undefined for a list that no enum counts.
 */
export function elementNames(
  schema: ProbeSchema,
  index: number | undefined,
  length: number,
): readonly string[] | undefined {
  const type = index === undefined ? undefined : resolveType(schema, index);
  if (type?.kind !== 'enum') return undefined;
  const byPlace = new Map<number, string>();
  for (const [name, value] of type.values) {
    const at = Number(value);
    if (at >= 0 && at < length && !byPlace.has(at)) byPlace.set(at, name);
  }
  const short = withoutAffixes([...byPlace.values()]);
  const names = new Map([...byPlace.keys()].map((at, place) => [at, short[place] ?? '']));
  return Array.from({ length }, (_, at) => names.get(at) ?? String(at));
}

/** Whole words only: `TCP_A` and `TCP_AB` have `TCP_` in common. Of a single name all is kept. */
function withoutAffixes(names: readonly string[]): string[] {
  const words = names.map((name) => name.split('_'));
  // One word of each has to be left.
  const most = Math.min(...words.map(({ length }) => length - 1));
  if (names.length < 2) return [...names];
  const common = (most: number, wordOf: (of: string[], at: number) => string | undefined): number => {
    let count = 0;
    while (count < most && words.every((each) => wordOf(each, count) === wordOf(words[0] ?? [], count)))
      count++;
    return count;
  };
  const before = common(most, (of, at) => of[at]);
  const behind = common(most - before, (of, at) => of.at(-1 - at));
  const short = words.map((each) => each.slice(before, each.length - behind).join('_'));
  // What begins with a digit, or with nothing, is no name.
  return short.every((each) => /^[A-Za-z]/.test(each)) ? short : [...names];
}
