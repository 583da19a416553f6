import { columnKey, type ViewColumn } from '../session/decoder.ts';
import { type EntryReading, hostOrder } from './entry-filter.ts';
import { numberOf } from './present.ts';
import { conditionFor, type Group, measuredIn } from './query/group-events.ts';

/** Entries of a map that have the same in some columns, and what comes of the numbers in others. */
export function groupEntries<E>(
  entries: readonly E[],
  by: readonly ViewColumn[],
  measures: readonly ViewColumn[],
  reading: EntryReading<E>,
): Group[] {
  const members = new Map<string, { texts: string[]; entries: E[] }>();
  for (const entry of entries) {
    const texts = by.map((column) => reading.text(entry, column));
    const key = texts.join('\0');
    const known = members.get(key);
    if (known) known.entries.push(entry);
    else members.set(key, { texts, entries: [entry] });
  }
  const facts = new Map(by.map((column) => [columnKey(column), reading.facts(column)]));
  return [...members.values()].map(({ texts, entries: own }) => {
    const first = own[0] as E;
    const values = by.map((column) => hostOrder(reading.value(first, column), facts.get(columnKey(column))));
    return {
      texts,
      numbers: values.map((value) => {
        const number = numberOf(value);
        return Number.isNaN(number) ? undefined : number;
      }),
      filter: by
        .map((column, at) => {
          const kind = facts.get(columnKey(column)) ?? { name: column.name, kind: 'text' as const };
          return conditionFor(column.name, kind, values[at] ?? null, () => texts[at] ?? '');
        })
        .filter((each) => each !== '')
        .join(' && '),
      count: own.length,
      measured: measures.map((column) => {
        const numbers = own.map((entry) => numberOf(reading.value(entry, column)));
        return measuredIn(Float64Array.from(numbers.filter((number) => !Number.isNaN(number))).sort());
      }),
    };
  });
}
