import { formatValue } from '@probepad/protocol/values/format';
import type { Value } from '@probepad/protocol/values/value';
import type { ViewColumn } from '../session/decoder.ts';
import type { MapEntry, MapReading } from './map-entry.ts';
import { numberOf } from './present.ts';

/** Entries in the order of a column: numbers by what they are, the rest by their texts. */
export function inOrder(
  entries: readonly MapEntry[],
  column: ViewColumn | undefined,
  descending: boolean,
  reading: MapReading,
): MapEntry[] {
  const all = entries.map((entry) => ({ entry, by: column ? sortValue(entry, column, reading) : 0 }));
  all.sort((a, b) => (descending ? compare(b.by, a.by) : compare(a.by, b.by)));
  return all.map(({ entry }) => entry);
}

function sortValue(entry: MapEntry, column: ViewColumn, reading: MapReading): number | string {
  const value = reading.value(entry, column);
  const number = numberOf(value);
  if (!Number.isNaN(number) || column.role === 'rate') return number;
  return Array.isArray(value) ? value.map(placeText).join(' ') : formatValue(value);
}

/** Of one number in a list, such as an octet: as text they are in order as the numbers are. */
function placeText(value: Value): string {
  return typeof value === 'number' ? String(value).padStart(10, '0') : formatValue(value);
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') {
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
    return Number.isNaN(b) ? 1 : a - b;
  }
  return String(a).localeCompare(String(b));
}
