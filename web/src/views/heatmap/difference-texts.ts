import { groupDigits, percentText } from '../numbers.ts';
import { ALIKE, type HostDifference, partOf } from './host-difference.ts';

/** What is said of one host against another. */

export function titleOf({ label, left, right }: HostDifference): string {
  return `${label} · parts of ${groupDigits(left.total)} and ${groupDigits(right.total)} values`;
}

/** Exactly what each host has in a cell. */
export function cellText({ left, right }: HostDifference, at: number): string {
  return [left, right]
    .map((side) => `${side.name} ${percentText(partOf(side, at))} (${groupDigits(side.counts[at] ?? 0)})`)
    .join(', ');
}

/** The strongest shade of each host, one in the middle between it and none, and that of no difference; only this where all is alike. */
export function legendOf({
  left,
  right,
  most,
}: HostDifference): { ahead: 'left' | 'right' | 'alike'; strength: number; text: string }[] {
  const of = (ahead: 'left' | 'right', strength: number) => ({
    ahead,
    strength,
    text: `${ahead === 'left' ? left.name : right.name} +${percentText(strength ** 2 * most)}`,
  });
  const alike = { ahead: 'alike', strength: 0, text: 'alike' } as const;
  if (most <= ALIKE) return [alike];
  return [of('left', 1), of('left', 0.5), alike, of('right', 0.5), of('right', 1)];
}

/** `+` where the left host has more, `−` where the right one has. */
export function signed(difference: number): string {
  if (difference === 0) return '0 %';
  return `${difference > 0 ? '+' : '−'}${percentText(Math.abs(difference))}`;
}
