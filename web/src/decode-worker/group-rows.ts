import { GROUP_STATISTICS, type GroupStatistic } from '@probepad/protocol/control/snippet';
import type { FileColumn } from '@probepad/protocol/export/file-column';
import { distinctNames } from '@probepad/protocol/export/shown-table';
import type { Value } from '@probepad/protocol/values/value';
import {
  columnKey,
  type RowGrouping,
  type RowSort,
  type ViewColumn,
  type ViewRow,
} from '../session/decoder.ts';
import type { ColumnFacts } from './query/columns.ts';
import type { Group, Measured } from './query/group-events.ts';

/** How groups stand in a table: what they were grouped by, how many rows they have, and what comes of the numbers in them. */
export interface GroupTable {
  columns: readonly ViewColumn[];
  /** The largest count first, or else by any of the columns. */
  sort: RowSort;
  ranked(groups: readonly Group[]): Group[];
  /** @param format by measure: a number of it as its cells show it @param filter the condition that all groups share, or nothing */
  row(group: Group, format: readonly ((value: number) => string)[], filter: string): ViewRow;
  /** Groups as rows of a file: counts as integers, all other numbers as doubles. @param numeric of `by`: whether it holds numbers */
  typed(groups: readonly Group[], numeric: readonly boolean[]): TypedGroups;
}

export interface TypedGroups {
  columns: FileColumn[];
  rows: Value[][];
}

export const COUNT_COLUMN: ViewColumn = {
  name: 'count',
  type: 'rows in the group',
  align: 'number',
  width: 9,
  role: 'aggregate',
};

const STATISTICS: Record<GroupStatistic, { of: keyof Measured; type: string }> = {
  sum: { of: 'sum', type: 'sum' },
  avg: { of: 'average', type: 'mean' },
  min: { of: 'least', type: 'least value' },
  p50: { of: 'p50', type: 'half of the values are no larger (exact)' },
  p99: { of: 'p99', type: '99 % of the values are no larger (exact)' },
  max: { of: 'most', type: 'largest value' },
};

/** The column of a statistic of another column. */
export function statisticColumn(statistic: GroupStatistic, { name }: ViewColumn): ViewColumn {
  const title = `${statistic}(${name})`;
  return {
    name: title,
    type: STATISTICS[statistic].type,
    align: 'number',
    width: Math.max(11, title.length + 2),
    role: 'aggregate',
  };
}

/** @param by columns that rows are grouped by @param measures columns whose numbers are reckoned with */
export function groupTable(
  by: readonly ViewColumn[],
  measures: readonly ViewColumn[],
  { statistics = GROUP_STATISTICS }: Pick<RowGrouping, 'statistics'>,
  wanted: RowSort | undefined,
): GroupTable {
  const shown = GROUP_STATISTICS.filter((each) => statistics.includes(each));
  const columns = [
    ...by,
    COUNT_COLUMN,
    ...measures.flatMap((measure) => shown.map((statistic) => statisticColumn(statistic, measure))),
  ];
  const known = wanted && columns.some((column) => columnKey(column) === wanted.column) ? wanted : undefined;
  const sort = known ?? { column: columnKey(COUNT_COLUMN), descending: true };
  const at = columns.findIndex((column) => columnKey(column) === sort.column);

  function sortsBy({ texts, numbers, count, measured }: Group): number | string {
    if (at < by.length) return numbers[at] ?? (texts[at] ?? '').toLowerCase();
    if (at === by.length) return count;
    const place = at - by.length - 1;
    const statistic = shown[place % shown.length] as GroupStatistic;
    return measured[Math.floor(place / shown.length)]?.[STATISTICS[statistic].of] ?? Number.NEGATIVE_INFINITY;
  }

  return {
    columns,
    sort,
    typed(groups, numeric) {
      // What they are grouped by, their count, then statistics.
      const typeAt = (place: number): FileColumn['type'] => {
        if (place === by.length) return 'int64';
        return place < by.length && !numeric[place] ? 'text' : 'float64';
      };
      const names = distinctNames(columns);
      return {
        columns: names.map((name, place) => ({
          name,
          type: typeAt(place),
        })),
        rows: groups.map(({ texts, numbers, count, measured }) => [
          ...texts.map((text, place) => (numeric[place] ? (numbers[place] ?? null) : text)),
          BigInt(count),
          ...measures.flatMap((_, measure) =>
            shown.map((statistic) => measured[measure]?.[STATISTICS[statistic].of] ?? null),
          ),
        ]),
      };
    },
    ranked(groups) {
      const all = groups.map((group) => ({ group, by: sortsBy(group) }));
      all.sort((a, b) => (sort.descending ? compare(b.by, a.by) : compare(a.by, b.by)));
      return all.map(({ group }) => group);
    },
    row({ texts, count, measured, filter: own }, format, filter) {
      const numbers = measures.flatMap((_, measure) => {
        const known = measured[measure];
        return shown.map((statistic) =>
          known ? (format[measure]?.(rounded(known[STATISTICS[statistic].of])) ?? '') : '–',
        );
      });
      const both = [filter, own].filter((each) => each !== '').join(' && ');
      return { id: texts.join('\u0000'), cells: [...texts, String(count), ...numbers], filter: both };
    },
  };
}

/** Means have more digits than anybody reads. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(5));
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'number' ? -1 : 1;
}

/** Whether a column that rows are grouped by holds numbers and no names of them. */
export function isNumeric(facts: Pick<ColumnFacts, 'kind' | 'names'> | undefined): boolean {
  return facts?.kind === 'number' && facts.names === undefined;
}
