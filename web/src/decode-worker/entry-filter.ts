import type { Value } from '@probepad/protocol/values/value';
import type { FilterProblem, ViewColumn } from '../session/decoder.ts';
import type { ColumnFacts } from './query/columns.ts';
import { compileCondition, type Predicate } from './query/compile.ts';
import { asExpression, readFilter } from './query/read-filter.ts';
import { FilterError } from './query/syntax.ts';

/** How the entries of a map are read, of whichever host. */
export interface EntryReading<E> {
  columns: readonly ViewColumn[];
  facts(column: ViewColumn): ColumnFacts;
  value(entry: E, column: ViewColumn): Value;
  text(entry: E, column: ViewColumn): string;
}

export interface EntryFilter<E> {
  fits: Predicate<E>;
  textual: boolean;
  /** The filter as a part of a longer one. */
  expression: string;
  problem?: FilterProblem | undefined;
}

/** What a filter asks of a map's entries: there are few enough of them to make values. */
export function entryFilter<E>(text: string, reading: EntryReading<E>): EntryFilter<E> {
  const { columns } = reading;
  const anywhere =
    (wanted: string): Predicate<E> =>
    (entry) =>
      columns.some((column) => reading.text(entry, column).toLowerCase().includes(wanted));
  // A member of the program's own struct may be called as the rate is: the first one is meant.
  const byName = new Map([...columns].reverse().map((column) => [column.name, column]));
  const facts = new Map([...byName].map(([name, column]) => [name, reading.facts(column)]));
  try {
    const filter = readFilter(text, facts);
    const expression = asExpression(filter, text);
    switch (filter.kind) {
      case 'all':
        return { fits: () => true, textual: false, expression };
      case 'text':
        return { fits: anywhere(filter.text), textual: true, expression };
      case 'condition': {
        const fits = compileCondition<E>(
          filter.condition,
          (name) => {
            const column = byName.get(name);
            return (
              column && {
                value: (entry) => hostOrder(reading.value(entry, column), facts.get(name)),
                text: (entry) => reading.text(entry, column),
              }
            );
          },
          anywhere,
        );
        return { fits, textual: false, expression };
      }
    }
  } catch (thrown) {
    if (thrown instanceof FilterError) {
      return { fits: () => true, textual: false, expression: '', problem: thrown.problem };
    }
    throw thrown;
  }
}

/** Enums as their numbers and numbers as people write them, as a filter has them. */
export function hostOrder(value: Value, facts: ColumnFacts | undefined): Value {
  if (typeof value === 'string' && facts?.names) return facts.names.get(value) ?? value;
  if (typeof value !== 'number' || !facts?.networkOrder) return value;
  const { networkOrder } = facts;
  let turned = 0;
  for (let at = 0; at < networkOrder; at++) turned = turned * 256 + ((value >>> (8 * at)) & 255);
  return turned;
}
