import type { Ranking } from '../../session/aggregates.ts';
import { shortText, unfinishedText } from '../counted-text.ts';
import { groupDigits } from '../numbers.ts';

/** How many keys there are of which some are shown. */
export function countedKeys(ranking: Pick<Ranking, 'rows' | 'keys' | 'short' | 'searching'>): string {
  const { rows, keys, short } = ranking;
  const isAll = keys <= rows.length && short === undefined;
  const all = `${short === undefined ? '' : 'at least '}${groupDigits(keys)}`;
  const shown = isAll ? `${rows.length} in all` : `largest ${rows.length} of ${all}`;
  return [shown, ...shortText(short), ...unfinishedText(ranking)].join(' · ');
}

/** What the row of all others is called; `keys` are those that are known of them. */
export function othersText(keys: number, short: number | undefined): string {
  if (keys <= 0) return 'others';
  return `${short === undefined ? '' : 'at least '}${groupDigits(keys)} others`;
}
