import type { ProbeSchema } from '../schema.ts';
import { resolveType } from '../types.ts';
import { isAmountMeaning, type Meaning } from './meaning.ts';
import type { Value } from './value.ts';

/** What the values of a per-CPU map come to over all CPUs. */

/** Whether a value of this type and meaning is an amount: fit for sums, bars and charts. */
export function isAmount(schema: ProbeSchema, type: number, meaning: Meaning): boolean {
  const resolved = resolveType(schema, type);
  if (resolved.kind === 'float') return true;
  return resolved.kind === 'int' && resolved.encoding === 'integer' && isAmountMeaning(meaning);
}

/** Whether the values of the CPUs are added up: amounts and lists of them (a histogram's slots). */
export function isSummed(schema: ProbeSchema, type: number, meaning: Meaning): boolean {
  const resolved = resolveType(schema, type);
  if (resolved.kind === 'array')
    return isAmountMeaning(meaning) && isAmount(schema, resolved.element, meaning);
  return isAmount(schema, type, meaning);
}

/** The sum of numbers, or of lists place by place; what a CPU has no number for is left out. Null when none has one. */
export function sumOfCpus(values: readonly Value[]): Value {
  const lists = values.filter((value) => Array.isArray(value));
  if (lists.length > 0) {
    const length = Math.max(...lists.map((list) => list.length));
    return Array.from({ length }, (_, at) => sumOfCpus(lists.map((list) => list[at] ?? null)));
  }
  let total: number | bigint | null = null;
  for (const value of values) {
    if (typeof value !== 'number' && typeof value !== 'bigint') continue;
    if (total === null) total = value;
    else if (typeof total === 'number' && typeof value === 'number') total += value;
    else total = BigInt(total) + BigInt(value);
  }
  return total;
}
