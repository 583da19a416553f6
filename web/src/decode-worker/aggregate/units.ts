import type { Presentation } from '@probepad/protocol/values/presentation';

/** What one of a number is, as the page's formatter knows it (views/quantity.ts); empty for a plain count. */
export function unitOf({ meaning, unit }: Presentation): string {
  if (unit !== undefined) return unit;
  switch (meaning) {
    case 'duration_ns':
      return 'ns';
    case 'duration_us':
      return 'us';
    case 'duration_ms':
      return 'ms';
    case 'duration_s':
      return 's';
    case 'bytes':
      return 'B';
    case 'kibibytes':
      return 'KiB';
    case 'bytes_per_second':
      return 'B/s';
    case 'percent':
      return '%';
    default:
      return '';
  }
}

/** The unit of so much of it a second. */
export function perSecond(unit: string): string {
  return unit === '' ? '/s' : `${unit}/s`;
}
