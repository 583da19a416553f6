import { formatBytes, formatDuration } from '@probepad/protocol/values/units';
import { groupDigits, percentText } from './numbers.ts';

/** What was seen, in the words of its unit. */
export function amountText(amount: number, unit: string): string {
  switch (unit) {
    case 'ns':
      return formatDuration(amount);
    case 'bytes':
      return formatBytes(amount);
    case 'count':
      return groupDigits(amount);
    default:
      return `${groupDigits(amount)} ${unit}`;
  }
}

/** A difference of shares in percentage points, with its sign. */
export function changeText(change: number): string {
  if (Math.abs(change) < 5e-5) return '±0 %';
  return `${change > 0 ? '+' : '−'}${percentText(Math.abs(change))}`;
}
