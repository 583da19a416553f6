import { isUnfinished } from '../session/aggregates.ts';
import { groupDigits } from './numbers.ts';

/** Says that the counts of keys are not exact, as `Ranking.short` tells it; nothing where they are. */
export function shortText(short: number | undefined): string[] {
  if (short === undefined || short <= 0) return [];
  return [`up to ${groupDigits(short)} ${short === 1 ? 'event' : 'events'} of a key counted as “other”`];
}

/** Says that older rows are still to be counted. */
export function unfinishedText(answer: unknown): string[] {
  return isUnfinished(answer) ? ['counting…'] : [];
}
