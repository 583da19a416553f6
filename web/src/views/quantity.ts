import { formatBytes, formatDuration } from '@probepad/protocol/values/units';
import { shortNumber } from './numbers.ts';

/** Nanoseconds that one of each unit of time is. */
const NANOSECONDS: Record<string, number> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
const BYTES: Record<string, number> = { B: 1, KiB: 1024 };

/** A number with its unit as people read it: `1.5 ms`, `3 KiB/s`, `12.4k events/s`. Units are those that the worker tells. */
export function quantityText(value: number, unit: string): string {
  if (!Number.isFinite(value)) return value < 0 ? '−∞' : value > 0 ? '∞' : '–';
  const perSecond = unit.endsWith('/s');
  const base = perSecond ? unit.slice(0, -2) : unit;
  const suffix = perSecond ? '/s' : '';
  const nanoseconds = NANOSECONDS[base];
  if (nanoseconds !== undefined) return `${formatDuration(rounded(value * nanoseconds))}${suffix}`;
  const bytes = BYTES[base];
  if (bytes !== undefined) return `${formatBytes(rounded(value * bytes))}${suffix}`;
  if (base === '') return `${shortNumber(value)}${suffix}`;
  return base === '%' ? `${shortNumber(value)} %` : `${shortNumber(value)} ${unit}`;
}

/** Without the digits that only rounding made. */
function rounded(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}

/** The same for an axis: zero needs no unit, and a count's unit stands at the top alone. */
export function axisText(value: number, unit: string, isLast: boolean): string {
  if (value === 0) return '0';
  const base = unit.endsWith('/s') ? unit.slice(0, -2) : unit;
  if (base in NANOSECONDS || base in BYTES || isLast) return quantityText(value, unit);
  return shortNumber(value);
}

/** The range from one border to the next, the second not in it. */
export function rangeText(from: number, to: number, unit: string): string {
  if (from === Number.NEGATIVE_INFINITY) return `below ${quantityText(to, unit)}`;
  if (unit !== '') return `${quantityText(from, unit)} … ${quantityText(to, unit)}`;
  return `[${binary(from)}, ${binary(to)})`;
}

/** Powers of two as people say them: 1024 is 1K. */
function binary(value: number): string {
  for (const [unit, size] of [
    ['T', 2 ** 40],
    ['G', 2 ** 30],
    ['M', 2 ** 20],
    ['K', 2 ** 10],
  ] as const) {
    if (value >= size && Number.isInteger(value / size)) return `${value / size}${unit}`;
  }
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}
