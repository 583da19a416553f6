import { formatValue } from '@probepad/protocol/format';
import type { Source } from '@probepad/protocol/schema';
import type { Value } from '@probepad/protocol/value';
import { histogram } from './histogram.ts';
import type { MapEntry } from './rows.ts';
import { createTable } from './table.ts';

function members(value: Value): { [member: string]: Value } | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** Values of all CPUs as one: numbers are added, in members too; what is no number is taken from the first CPU. */
export function sumOfCpus(values: readonly Value[]): Value {
  const [first = null] = values;
  if (typeof first === 'number' || typeof first === 'bigint') {
    return values.reduce<bigint>((sum, value) => sum + BigInt(value as number | bigint), 0n);
  }
  if (Array.isArray(first)) {
    const lists = values as Value[][];
    return first.map((_, index) => sumOfCpus(lists.map((list) => list[index] ?? null)));
  }
  const named = members(first);
  if (named === undefined) return first;
  return Object.fromEntries(
    Object.keys(named).map((name) => [
      name,
      sumOfCpus(values.map((value) => members(value)?.[name] ?? null)),
    ]),
  );
}

/** What entries are sorted by: the value, or the largest number in it. */
function weightOf(value: Value): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (Array.isArray(value))
    return value.reduce<number>((sum, inner) => sum + Math.max(0, weightOf(inner)), 0);
  return Math.max(0, ...Object.values(members(value) ?? {}).map(weightOf));
}

/** Names and texts of a key or value as columns: one per member, or one for a scalar. */
function cellsOf(value: Value, scalarName: string): [string, string][] {
  const named = members(value);
  if (named === undefined) return [[scalarName, formatValue(value, 'plain')]];
  return Object.entries(named).map(([name, inner]) => [name, formatValue(inner, 'plain')]);
}

/** A map's entries, largest first, as aligned columns; values that are histograms as bars below their key. */
export function mapLines(source: Source, entries: readonly MapEntry[], limit: number): string[] {
  const whole = entries.map(({ key, value }) => ({
    key,
    value: source.perCpu && Array.isArray(value) ? sumOfCpus(value) : value,
  }));
  const sorted = whole
    .map((entry) => ({ entry, weight: weightOf(entry.value) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, limit)
    .map(({ entry }) => entry);
  const [first] = sorted;
  if (first === undefined) return [];
  if (histogram(first.value) !== undefined) {
    return sorted.flatMap(({ key, value }) => [
      cellsOf(key, 'key')
        .map(([name, text]) => `${name} ${text}`)
        .join('  '),
      ...(histogram(value) ?? [formatValue(value, 'plain')]),
    ]);
  }
  const columns = [...cellsOf(first.key, 'key'), ...cellsOf(first.value, 'value')];
  const rows = sorted.map(({ key, value }) =>
    [...cellsOf(key, 'key'), ...cellsOf(value, 'value')].map(([, text]) => text),
  );
  const table = createTable(
    columns.map(([name]) => name),
    columns.map((_, index) => rows.every((row) => /^-?\d/.test(row[index] ?? ''))),
  );
  // Once to widen the columns.
  for (const row of rows) table.row(row);
  return [table.heading(), ...rows.map((row) => table.row(row))];
}
