import type {
  FilterProblem,
  RowGrouping,
  RowQuery,
  RowSort,
  RowWindow,
  ViewRow,
} from '../session/decoder.ts';
import { columnAt, type EventCells, type RecordLayout } from './event-cells.ts';
import { createEventGroups } from './event-groups.ts';
import type { TypedGroups } from './group-rows.ts';
import { compileCondition, type Predicate } from './query/compile.ts';
import { asExpression, type Filter, readFilter } from './query/read-filter.ts';
import { createRecent } from './query/recent.ts';
import { type ChunkPredicate, createRowScan, type RowScan } from './query/row-scan.ts';
import { sieveOf } from './query/sieve.ts';
import { type Slice, type Work, workOf } from './query/slice.ts';
import { sortEvents } from './query/sort-events.ts';
import { FilterError } from './query/syntax.ts';
import { searchRecord } from './query/text-search.ts';
import { frozen, type RowSelection } from './query/visit-rows.ts';
import type { Chunk, History } from './store/history.ts';
import type { RecordAt } from './store/record-fields.ts';
import { timeOf } from './store/records.ts';

/** Windows of an event source's rows: filtered, sorted, grouped. Long work goes on from question to question. */
export interface EventRows {
  window(query: Question, slice: Slice): RowWindow & { typed?: TypedGroups };
  /** The columns are others now: nothing that was begun holds any more. */
  reset(): void;
  /** Hosts have told names: texts hold other words than when they were searched through. */
  renamed(): void;
}

interface Question extends Omit<RowQuery, 'run' | 'source'> {
  /** Groups are wanted as values, too. */
  typed?: boolean;
}

/** Filters that are searched for at a time: a download may still search for one while the view shows another. */
const KEPT = 3;

/** Names come one by one: rows are searched through again for them this often at most, in milliseconds. */
const SEARCH_AGAIN = 1_000;

/** A search, and one that will take its place: until then the rows that were found stay on screen. */
interface Search {
  scan: RowScan;
  fresh: RowScan | undefined;
  /** Names that had come when the newer of the two began, and when that was. */
  named: number;
  begun: number;
}

interface Sorting {
  head: number;
  work: Work<Float64Array>;
}

export function createEventRows(
  history: History,
  cells: EventCells,
  gapText: (chunk: Chunk) => string | undefined,
): EventRows {
  const searches = createRecent<Search>(KEPT);
  let named = 0;
  const sortings = createRecent<Sorting>(KEPT);
  let groups = createEventGroups(history, cells);

  function rowAt(row: number): ViewRow {
    const chunk = history.find(row);
    const id = String(row);
    if (!chunk) return { id, cells: [], gap: 'no longer kept: newer rows took its place' };
    const gap = gapText(chunk);
    return gap === undefined ? { id, ...cells.row(chunk, row) } : { id, cells: [], gap };
  }

  /** The newest row that is not later, or else the oldest, for rows come about in the order of their moments; gaps have none. */
  function placeBy(moment: number, rows: RowSelection): number | undefined {
    const momentAt = (place: number): number | undefined => {
      const row = rows.fromNewest(place);
      const chunk = row === undefined ? undefined : history.find(row);
      return row === undefined || !chunk ? undefined : cells.moment(chunk, row);
    };
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      let at = middle;
      let known = momentAt(at);
      while (known === undefined && at + 1 < high) known = momentAt(++at);
      if (known === undefined || known <= moment) high = middle;
      else low = at + 1;
    }
    return rows.length === 0 ? undefined : Math.min(low, rows.length - 1);
  }

  /** @returns undefined where all rows fit */
  function searchFor(
    key: string,
    filter: Filter,
    between: Question['between'],
    slice: Slice,
  ): Search | undefined {
    if (filter.kind === 'all' && !between) return undefined;
    const now = performance.now();
    const begin = () => {
      const fits = chunkPredicate(cells, filter);
      return createRowScan(history, between ? within(cells, between, fits) : fits);
    };
    const search = searches.get(key, () => ({ scan: begin(), fresh: undefined, named, begun: now }));
    if (search.named !== named && !search.fresh && now - search.begun >= SEARCH_AGAIN) {
      Object.assign(search, { fresh: begin(), named, begun: now });
    }
    if (search.fresh?.advance(slice)) {
      search.scan = search.fresh;
      search.fresh = undefined;
    }
    return search;
  }

  /** @returns undefined while the sorting goes on */
  function sorted(
    key: string,
    rows: RowSelection,
    { head, sort }: { head: number | undefined; sort: RowSort },
    top: number,
    slice: Slice,
  ): { head: number; rows: Float64Array } | undefined {
    const column = columnAt(cells, sort.column);
    if (column < 0) return undefined;
    // Without a head any will do: sorted rows hold still until they are asked for anew.
    const known = sortings.peek(key);
    if (known && head !== undefined && known.head !== head) sortings.drop(key);
    const sorting = sortings.get(key, () => ({
      head: top,
      work: workOf(sortEvents(history, cells, frozen(rows), column, sort.descending)),
    }));
    sorting.work.advance(slice);
    return sorting.work.result && { head: sorting.head, rows: sorting.work.result };
  }

  return {
    reset() {
      searches.clear();
      sortings.clear();
      groups = createEventGroups(history, cells);
    },
    renamed() {
      named++;
    },
    window({ head, offset, limit, filter: text, sort, group, between, near, typed }, slice) {
      const latest = history.next - 1;
      const top = Math.min(head ?? latest, latest);
      const { filter, problem } = tryFilter(text, cells);
      const what = between ? `${between.from} ${between.to}\n${text}` : text;
      const search = searchFor(what, filter, between, slice);
      const scan = search?.scan;
      const renaming = search !== undefined && (search.fresh !== undefined || search.named !== named);
      // A head that was given up itself has nothing older.
      const complete = (scan?.advance(slice) ?? true) || top < history.oldest;
      const rows = scan ? listed(scan, top) : everything(history, top);
      const answer: RowWindow = {
        columns: cells.columns(),
        head: top,
        latest,
        total: rows.length,
        offset,
        rows: [],
        filter: text,
        searching: !complete || renaming,
        sort: undefined,
        grouped: false,
        grouping: cells.columns(),
        textual: filter.kind === 'text',
        problem,
      };
      if (group) {
        const key = `${what}\n${groupKey(group)}`;
        const asked = { key, group, sort, filter: asExpression(filter, text), offset, limit, typed };
        return { ...answer, ...groups.answer(asked, complete ? rows : undefined, head, top, slice) };
      }
      if (sort && complete) {
        const done = sorted(`${what}\n${sortKey(sort)}`, rows, { head, sort }, top, slice);
        if (done) {
          const shown = Array.from(done.rows.subarray(offset, offset + limit), rowAt);
          return { ...answer, head: done.head, total: done.rows.length, rows: shown, sort };
        }
        if (columnAt(cells, sort.column) >= 0) answer.searching = true;
      }
      if (near !== undefined) answer.near = placeBy(near, rows);
      for (let at = offset; at < Math.min(rows.length, offset + limit); at++) {
        const row = rows.fromNewest(at);
        if (row !== undefined) answer.rows.push(rowAt(row));
      }
      return answer;
    },
  };
}

function tryFilter(text: string, cells: EventCells): { filter: Filter; problem?: FilterProblem } {
  try {
    return { filter: readFilter(text, factsOf(cells)) };
  } catch (thrown) {
    if (thrown instanceof FilterError) return { filter: { kind: 'all' }, problem: thrown.problem };
    throw thrown;
  }
}

/** What a filter can name: each column, and the host where there is only one. */
function factsOf(cells: EventCells) {
  const names = cells.columns().map(({ name }) => name);
  return new Map(
    names.flatMap((name, at) => {
      // A member of the program's own struct may be called as one of ours: then it is the one that is meant.
      if (names.lastIndexOf(name) !== at) return [];
      const cell = cells
        .all()
        .map((layout) => layout[at])
        .find((each) => each !== undefined);
      return cell ? [[name, cell.facts] as const] : [];
    }),
  );
}

/** What a filter asks of a chunk's records. */
function chunkPredicate(cells: EventCells, filter: Filter): ChunkPredicate {
  const names = cells.columns().map(({ name }) => name);
  const known = new Map<RecordLayout, Predicate<RecordAt>>();
  const never: Predicate<RecordAt> = () => false;
  function predicateOf(layout: RecordLayout): Predicate<RecordAt> {
    let predicate = known.get(layout);
    if (!predicate) {
      predicate =
        filter.kind === 'all'
          ? () => true
          : filter.kind === 'text'
            ? (searchRecord(layout, filter.text) ?? never)
            : compileCondition(
                filter.condition,
                (name) => layout[names.lastIndexOf(name)],
                (text) => searchRecord(layout, text) ?? never,
                sieveOf,
              );
      known.set(layout, predicate);
    }
    return predicate;
  }
  return ({ stream }: Chunk): Predicate<RecordAt> | undefined => {
    const layouts = cells.layouts(stream);
    if (!layouts) return undefined;
    if (layouts.only) return predicateOf(layouts.only);
    return (at) => predicateOf(layouts.of(at))(at);
  };
}

/** Only what came in these seconds; a block of records that lies outside is not looked into. */
function within(
  cells: EventCells,
  { from, to }: { from: number; to: number },
  fits: ChunkPredicate,
): ChunkPredicate {
  return (chunk) => {
    const { content, stream } = chunk;
    if (content.kind === 'gap') return undefined;
    const nanoseconds = (seconds: number): bigint =>
      BigInt(Math.round((seconds - cells.offset(stream)) * 1e6)) * 1000n;
    const [first, last] = [nanoseconds(from), nanoseconds(to)];
    const oldest = timeOf(content, 0);
    const newest = timeOf(content, content.rows - 1);
    if (newest < first || oldest > last) return undefined;
    const own = fits(chunk);
    if (!own || (oldest >= first && newest <= last)) return own;
    return (at) => {
      const time = timeOf(at.records, at.row);
      return time >= first && time <= last && own(at);
    };
  };
}

function everything(history: History, top: number): RowSelection {
  const { oldest } = history;
  return { length: Math.max(0, top - oldest + 1), fromNewest: (at) => top - at };
}

function listed({ rows }: RowScan, top: number): RowSelection {
  const newer = rows.newerThan(top);
  return { length: rows.length - newer, fromNewest: (at) => rows.fromNewest(newer + at) };
}

function sortKey({ column, descending }: RowSort): string {
  return `${column} ${descending}`;
}

function groupKey({ by, measures }: RowGrouping): string {
  return JSON.stringify([by, measures]);
}
