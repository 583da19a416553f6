import { leavesOf } from '@probepad/protocol/leaves';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { formatValue } from '@probepad/protocol/values/format';
import type { FormatContext } from '@probepad/protocol/values/format-context';
import { isSummed, sumOfCpus } from '@probepad/protocol/values/per-cpu';
import { PLAIN, type Presentation, presentLeaves } from '@probepad/protocol/values/presentation';
import type { Value } from '@probepad/protocol/values/value';
import { histogram } from './histogram.ts';
import type { MapEntry } from './rows.ts';
import { createTable } from './table.ts';

function members(value: Value): { [member: string]: Value } | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** What entries are sorted by: the largest amount in the value, or the sum of a list's. */
function weightOf(amount: Value): number {
  if (Array.isArray(amount)) return amount.reduce<number>((sum, inner) => sum + weightOf(inner), 0);
  return typeof amount === 'number' || typeof amount === 'bigint' ? Number(amount) : 0;
}

/** One column of a key or a value. */
interface Part {
  name: string;
  /** The type's id, undefined where the object does not tell it. */
  type: number | undefined;
  shown: Presentation;
  of(value: Value): Value;
}

/** The columns of a type, as the decoder makes them: one per member, or one for a scalar. */
function partsOf(schema: ProbeSchema, type: number | undefined, scalarName: string, beside?: number): Part[] {
  if (type === undefined) return [{ name: scalarName, type, shown: PLAIN, of: (value) => value }];
  const leaves = leavesOf(schema, type);
  const shown = presentLeaves(schema, leaves, type, beside === undefined ? [] : leavesOf(schema, beside));
  return leaves.map((leaf, at) => ({
    name: shown[at]?.label ?? (leaf.name === '' ? scalarName : leaf.name),
    type: leaf.type,
    shown: shown[at] ?? PLAIN,
    of: (value) => leaf.path.reduce((inner, name) => members(inner)?.[name] ?? null, value),
  }));
}

/** Values of a per-CPU map: amounts are summed, of others the first CPU's is taken. */
function overCpus(schema: ProbeSchema, part: Part): Part {
  if (part.type === undefined || !isSummed(schema, part.type, part.shown.meaning)) {
    return {
      ...part,
      name: `${part.name} (CPU 0)`,
      of: (value) => part.of(Array.isArray(value) ? (value[0] ?? null) : value),
    };
  }
  return { ...part, of: (value) => sumOfCpus(Array.isArray(value) ? value.map(part.of) : [part.of(value)]) };
}

/** A map's entries, largest first, as aligned columns; values that are histograms as bars below their key. */
export function mapLines(
  schema: ProbeSchema,
  source: Source,
  entries: readonly MapEntry[],
  limit: number,
  context: FormatContext = {},
): string[] {
  const textOf = (part: Part, value: Value): string => formatValue(part.of(value), part.shown, context);
  const keys = entries.some(({ key }) => key !== null)
    ? partsOf(schema, source.keyType, 'key', source.valueType)
    : [];
  const plain = partsOf(schema, source.valueType, 'value').filter(({ shown }) => !shown.hidden);
  const values = source.perCpu ? plain.map((part) => overCpus(schema, part)) : plain;
  const shared = (name: string): boolean =>
    keys.some((part) => part.name === name) && values.some((part) => part.name === name);
  const amounts = values.filter(
    ({ type, shown }) => type !== undefined && isSummed(schema, type, shown.meaning),
  );
  const sorted = entries
    .map((entry) => ({
      entry,
      weight: Math.max(0, ...amounts.map((part) => weightOf(part.of(entry.value)))),
    }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, limit)
    .map(({ entry }) => entry);
  const slots = values.find(
    (part) => sorted[0] !== undefined && slotLines(part, sorted[0].value) !== undefined,
  );
  if (slots !== undefined) {
    return sorted.flatMap(({ key, value }) => [
      keys.map((part) => `${part.name} ${textOf(part, key)}`).join('  '),
      ...(slotLines(slots, value) ?? []),
    ]);
  }
  if (sorted.length === 0) return [];
  const rows = sorted.map(({ key, value }) => [
    ...keys.map((part) => textOf(part, key)),
    ...values.map((part) => textOf(part, value)),
  ]);
  return createTable(
    [...keys.map(({ name }) => (shared(name) ? `${name} (key)` : name)), ...values.map(({ name }) => name)],
    [...keys, ...values].map((_, index) => rows.every((row) => /^-?\d/.test(row[index] ?? ''))),
  ).whole(rows);
}

/** Bars for a member named `slots`. */
function slotLines(part: Part, value: Value): string[] | undefined {
  return /(^|\.)slots$/.test(part.name) ? histogram({ slots: part.of(value) }) : undefined;
}
