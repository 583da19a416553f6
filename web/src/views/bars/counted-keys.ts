import type { Ranking } from '../../session/aggregates.ts';
import { groupDigits } from '../numbers.ts';
import { shortText } from '../short-text.ts';

/** How many keys there are of which some are shown. */
export function countedKeys({ rows, keys, short }: Pick<Ranking, 'rows' | 'keys' | 'short'>): string {
  if (keys <= rows.length && short === undefined) return `${rows.length} in all`;
  const all = `${short === undefined ? '' : 'at least '}${groupDigits(keys)}`;
  return [`largest ${rows.length} of ${all}`, ...shortText(short)].join(' · ');
}

/** What the row of all others is called; `keys` are those that are known of them. */
export function othersText(keys: number, short: number | undefined): string {
  if (keys <= 0) return 'others';
  return `${short === undefined ? '' : 'at least '}${groupDigits(keys)} others`;
}
