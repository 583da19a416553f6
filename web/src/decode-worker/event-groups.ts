import type { RowGrouping, RowQuery, RowWindow, ViewRow } from '../session/decoder.ts';
import type { EventCell } from './event-cell.ts';
import { columnAt, type EventCells } from './event-cells.ts';
import { groupTable, isNumeric, type TypedGroups } from './group-rows.ts';
import { type Group, type Grouping, groupEvents } from './query/group-events.ts';
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
    typed?: TypedGroups;
  };
}

interface Asked extends Pick<RowQuery, 'sort' | 'offset' | 'limit'> {
  /** What is grouped by what: the same for every order and place. */
  key: string;
  group: RowGrouping;
  /** An expression, or nothing. */
  filter: string;
  /** The groups are wanted as values, too. */
  typed?: boolean | undefined;
}

/** Groups that follow live rows are made anew at most so often in ms, and never at more than this share of the worker's time. */
const AGAIN = 1000;
const SHARE = 5;
const KEPT = 2;

interface State {
  done:
    | { head: number; grouping: Grouping; ranked: { order: string; groups: Group[] } | undefined }
    | undefined;
  next: { head: number; work: Work<Grouping>; since: number } | undefined;
  restUntil: number;
}

export function createEventGroups(
  history: History,
  cells: EventCells,
  now = () => performance.now(),
): EventGroups {
  const states = createRecent<State>(KEPT);
  return {
    answer({ key, group, sort, filter, offset, limit, typed = false }, rows, head, top, slice) {
      const places = (keys: readonly string[] = []): number[] =>
        keys.map((each) => columnAt(cells, each)).filter((at) => at >= 0);
      const [by, measures] = [places(group.by), places(group.measures)];
      const own = cells.columns();
      const columnsAt = (wanted: readonly number[]) => wanted.flatMap((at) => own[at] ?? []);
      const table = groupTable(columnsAt(by), columnsAt(measures), group, sort);
      const state = states.get(key, () => ({ done: undefined, next: undefined, restUntil: 0 }));
      const wanted = head ?? top;
      const stale = state.done === undefined || state.done.head !== wanted;
      const urgent = state.done === undefined || (head !== undefined && state.done.head !== head);
      if (rows && stale && !state.next && (urgent || now() >= state.restUntil)) {
        const work = workOf(groupEvents(history, cells, frozen(rows), by, measures));
        state.next = { head: wanted, work, since: now() };
      }
      if (state.next?.work.advance(slice) && state.next.work.result) {
        state.done = { head: state.next.head, grouping: state.next.work.result, ranked: undefined };
        state.restUntil = now() + Math.max(AGAIN, SHARE * (now() - state.next.since));
        state.next = undefined;
      }
      const order = `${table.sort.column} ${table.sort.descending} ${group.statistics}`;
      if (state.done && state.done.ranked?.order !== order) {
        state.done.ranked = { order, groups: table.ranked(state.done.grouping.groups) };
      }
      const groups = state.done?.ranked?.groups ?? [];
      const cellAt = (at: number): EventCell | undefined =>
        cells
          .all()
          .map((layout) => layout[at])
          .find((each) => each !== undefined);
      const formats = measures.map((at) => {
        const cell = cellAt(at);
        return (value: number): string => cell?.format(value) ?? '–';
      });
      const others = state.done?.grouping.others ?? 0;
      const page = groups.slice(offset, offset + limit);
      const shownRows = page.map((each) => table.row(each, formats, filter));
      if (others > 0 && offset + limit > groups.length) {
        shownRows.push({
          id: 'others',
          cells: [],
          gap: `${others} rows are of further groups: too many to tell apart`,
        });
      }
      const unfinished = state.done === undefined || (head !== undefined && state.done.head !== head);
      return {
        columns: table.columns,
        head: state.done?.head ?? wanted,
        total: groups.length + (others > 0 ? 1 : 0),
        searching: unfinished || state.next !== undefined,
        sort: table.sort,
        grouped: true,
        rows: shownRows,
        ...(typed && {
          typed: table.typed(
            page,
            by.map((at) => isNumeric(cellAt(at)?.facts)),
          ),
        }),
      };
    },
  };
}
