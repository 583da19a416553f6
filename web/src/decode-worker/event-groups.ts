import {
  columnKey,
  type RowGrouping,
  type RowQuery,
  type RowSort,
  type RowWindow,
  type ViewColumn,
  type ViewRow,
} from '../session/decoder.ts';
import type { EventCell } from './event-cell.ts';
import { columnAt, type EventCells } from './event-cells.ts';
import { type Group, type Grouping, groupEvents, type Measured } from './query/group-events.ts';
import { createRecent } from './query/recent.ts';
import { type Slice, type Work, workOf } from './query/slice.ts';
import { frozen, type RowSelection } from './query/visit-rows.ts';
import type { History } from './store/history.ts';

/** A source's rows in groups, which are made anew as rows come, though not for each of them. */
export interface EventGroups {
  /**
   * @param rows that are to be grouped; undefined while they are still searched for
   * @param head the newest row that counts, where one is asked for @param top the newest of `rows`
   */
  answer(
    asked: Asked,
    rows: RowSelection | undefined,
    head: number | undefined,
    top: number,
    slice: Slice,
  ): Pick<RowWindow, 'columns' | 'head' | 'total' | 'searching' | 'sort' | 'grouped'> & {
    rows: ViewRow[];
  };
}

interface Asked extends Pick<RowQuery, 'sort' | 'offset' | 'limit'> {
  key: string;
  group: RowGrouping;
  /** An expression, or nothing. */
  filter: string;
}

/** Groups that follow live rows are made anew at most so often in ms, and never at more than this share of the worker's time. */
const AGAIN = 1000;
const SHARE = 5;
const KEPT = 2;

interface State {
  done:
    | { head: number; grouping: Grouping; ranked: { sort: string; groups: Group[] } | undefined }
    | undefined;
  next: { head: number; work: Work<Grouping>; since: number } | undefined;
  restUntil: number;
}

export const COUNT_COLUMN: ViewColumn = {
  name: 'count',
  type: 'rows in the group',
  align: 'number',
  width: 9,
  role: 'aggregate',
};
const MEASURES: readonly { name: string; of: keyof Measured; type: string }[] = [
  { name: 'sum', of: 'sum', type: 'sum' },
  { name: 'avg', of: 'average', type: 'mean' },
  { name: 'min', of: 'least', type: 'least value' },
  { name: 'p50', of: 'p50', type: 'half of the values are no larger (exact)' },
  { name: 'p99', of: 'p99', type: '99 % of the values are no larger (exact)' },
  { name: 'max', of: 'most', type: 'largest value' },
];

export function createEventGroups(
  history: History,
  cells: EventCells,
  now = () => performance.now(),
): EventGroups {
  const states = createRecent<State>(KEPT);
  return {
    answer({ key, group, sort, filter, offset, limit }, rows, head, top, slice) {
      const by = group.by.map((each) => columnAt(cells, each)).filter((at) => at >= 0);
      const measured = group.measure === undefined ? -1 : columnAt(cells, group.measure);
      const columns = groupColumns(cells, by, measured);
      const state = states.get(key, () => ({ done: undefined, next: undefined, restUntil: 0 }));
      const wanted = head ?? top;
      const stale = state.done === undefined || state.done.head !== wanted;
      const urgent = state.done === undefined || (head !== undefined && state.done.head !== head);
      if (rows && stale && !state.next && (urgent || now() >= state.restUntil)) {
        const work = workOf(
          groupEvents(history, cells, frozen(rows), by, measured < 0 ? undefined : measured),
        );
        state.next = { head: wanted, work, since: now() };
      }
      if (state.next?.work.advance(slice) && state.next.work.result) {
        state.done = { head: state.next.head, grouping: state.next.work.result, ranked: undefined };
        state.restUntil = now() + Math.max(AGAIN, SHARE * (now() - state.next.since));
        state.next = undefined;
      }
      const order = sort && columns.some((column) => columnKey(column) === sort.column) ? sort : undefined;
      const shown = order ?? { column: columnKey(COUNT_COLUMN), descending: true };
      const groups = state.done ? rankedGroups(state.done, columns, measured, shown) : [];
      const cell = cells
        .all()
        .map((layout) => layout[measured])
        .find((each) => each !== undefined);
      const others = state.done?.grouping.others ?? 0;
      const shownRows = groups.slice(offset, offset + limit).map((each) => rowOf(each, cell, filter));
      if (others > 0 && offset + limit > groups.length) {
        shownRows.push({
          id: 'others',
          cells: [],
          gap: `${others} rows are of further groups: too many to tell apart`,
        });
      }
      const unfinished = state.done === undefined || (head !== undefined && state.done.head !== head);
      return {
        columns,
        head: state.done?.head ?? wanted,
        total: groups.length + (others > 0 ? 1 : 0),
        searching: unfinished || state.next !== undefined,
        sort: shown,
        grouped: true,
        rows: shownRows,
      };
    },
  };
}

function groupColumns(cells: EventCells, by: readonly number[], measured: number): ViewColumn[] {
  const own = cells.columns();
  const measure = own[measured];
  return [
    ...by.flatMap((at) => own[at] ?? []),
    COUNT_COLUMN,
    ...(measure
      ? MEASURES.map(({ name, type }): ViewColumn => {
          const title = `${name}(${measure.name})`;
          return {
            name: title,
            type,
            align: 'number',
            width: Math.max(11, title.length + 2),
            role: 'aggregate',
          };
        })
      : []),
  ];
}

function rankedGroups(
  done: NonNullable<State['done']>,
  columns: readonly ViewColumn[],
  measured: number,
  { column, descending }: RowSort,
): Group[] {
  const key = `${column} ${descending}`;
  if (done.ranked?.sort === key) return done.ranked.groups;
  const at = columns.findIndex((each) => columnKey(each) === column);
  const texts = columns.length - 1 - (measured < 0 ? 0 : MEASURES.length);
  const by = ({ texts: own, numbers, count, measured: measures }: Group): number | string => {
    if (at < texts) return numbers[at] ?? (own[at] ?? '').toLowerCase();
    if (at === texts) return count;
    const measure = MEASURES[at - texts - 1];
    return (measure && measures?.[measure.of]) ?? Number.NEGATIVE_INFINITY;
  };
  const all = done.grouping.groups.map((group) => ({ group, by: by(group) }));
  all.sort((a, b) => (descending ? compare(b.by, a.by) : compare(a.by, b.by)));
  done.ranked = { sort: key, groups: all.map(({ group }) => group) };
  return done.ranked.groups;
}

function rowOf(
  { texts, count, measured, filter: own }: Group,
  cell: EventCell | undefined,
  filter: string,
): ViewRow {
  const numbers = cell ? MEASURES.map(({ of }) => (measured ? cell.format(rounded(measured[of])) : '–')) : [];
  const both = [filter, own].filter((each) => each !== '').join(' && ');
  return { id: texts.join('\u0000'), cells: [...texts, String(count), ...numbers], filter: both };
}

/** Means have more digits than anybody reads. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(5));
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'number' ? -1 : 1;
}
