import { UsageError } from './usage.ts';

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `500ms`, `5s`, `1.5m`, `1h`; a bare number is seconds. @throws UsageError */
export function durationOf(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const factor = UNITS[match?.[2] ?? 's'];
  if (match === null || factor === undefined)
    throw new UsageError(`--${option} ${text}: a time looks like 500ms, 5s or 2m`);
  return Number(match[1]) * factor;
}

/** A positive whole number. @throws UsageError */
export function countOf(text: string, option: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new UsageError(`--${option} ${text}: a whole number from 1 on is needed`);
  return Number(text);
}

/** A number above 0, with a fraction or without. @throws UsageError */
export function amountOf(text: string, option: string): number {
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(text) || Number(text) === 0)
    throw new UsageError(`--${option} ${text}: a number above 0 is needed`);
  return Number(text);
}

/** `name=value` pairs; the last one of a name counts. @throws UsageError */
export function pairsOf(texts: readonly string[], option: string): Record<string, string> {
  const pairs: [string, string][] = texts.map((text) => {
    const equals = text.indexOf('=');
    if (equals < 1) throw new UsageError(`--${option} ${text}: name=value is needed`);
    return [text.slice(0, equals), text.slice(equals + 1)];
  });
  return Object.fromEntries(pairs);
}
