import { type Frame, GAP_PLACES } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import { formatValue } from '@probepad/protocol/values/format';
import type { CellFact, LeadingCount, RowQuery, RowWindow } from '../session/decoder.ts';
import { createEventAggregates, type EventAggregates } from './aggregate/event-aggregates.ts';
import { createEventCells } from './event-cells.ts';
import { createEventRows } from './event-rows.ts';
import type { FilePage } from './files/file-job.ts';
import { createTypedRecords } from './files/typed-records.ts';
import { leadingValues } from './leading-values.ts';
import type { Slice } from './query/slice.ts';
import type { Budget } from './store/budget.ts';
import { type Chunk, createHistory } from './store/history.ts';
import { lineRecords } from './store/records.ts';
import { createTextLines, type TextLines } from './store/text-lines.ts';
import type { Stream } from './stream.ts';

/** A source whose rows come one after another: events, trace lines, iterator text. */
export interface EventSource {
  join(stream: Stream, source: Source): void;
  /** The records that have come from this stream, and those to come, are read by another decoder. */
  retype(stream: Stream, source: Source): void;
  take(stream: Stream, frame: Frame): void;
  /** Works on the answer until the slice is over; asked again, it goes on. */
  rows(query: Omit<RowQuery, 'run' | 'source'>, slice: Slice): RowWindow;
  /** Rows for a file, or the groups of them, in the order of the question. */
  page(query: Omit<RowQuery, 'run' | 'source'>, slice: Slice): FilePage;
  /** By the row's id. */
  facts(id: string): CellFact[];
  /** What the newest records begin with, by which they may be told apart. */
  leading(): LeadingCount[];
  /** A host has told names. */
  renamed(): void;
  readonly aggregates: EventAggregates;
  /** Lets go of its memory. */
  close(): void;
}

const GAP_WORDS: Record<number, string> = {
  [GAP_PLACES.agent]: 'dropped by the agent',
  [GAP_PLACES.hub]: 'dropped by the hub',
  [GAP_PLACES.viewer]: 'not shown: this page was too slow',
};
/** For ordinals that were left out without a word. */
const MISSING = 'not shown: this page was too slow or away, or the hub never got them';

/** What is kept for one host. */
interface Member {
  stream: Stream;
  /** Ordinal of the record that comes next; undefined before the first. */
  next: bigint | undefined;
  /** What the kernel had lost by the last frame. */
  lost: bigint | undefined;
  lines: TextLines;
}

export function createEventSource(
  { name, kind }: Pick<Source, 'name' | 'kind'>,
  budget?: Budget,
): EventSource {
  const history = createHistory(undefined, budget);
  const aggregates = createEventAggregates({ name, kind }, history);
  const cells = createEventCells(kind);
  const members = new Map<number, Member>();
  const rows = createEventRows(history, cells, gapText);
  const typed = createTypedRecords(kind);

  function gap(member: Member, place: string, records: number, timeNs: bigint): void {
    addLines(member, member.lines.cut(), timeNs);
    history.gap(member.stream.stream, place, records);
  }

  function addLines({ stream }: Member, lines: string[], timeNs: bigint): void {
    if (lines.length > 0) history.append(stream.stream, lineRecords(lines), lines.length, timeNs);
  }

  /** Which rows a question is about; without a condition their texts need not be made for that. */
  function ordinalsOf(
    query: Omit<RowQuery, 'run' | 'source'>,
    slice: Slice,
  ): { head: number; total: number; searching: boolean; ordinals: number[] } {
    const { offset, limit } = query;
    if (query.filter !== '' || query.sort || query.between) {
      const { head, total, searching, rows: found } = rows.window(query, slice);
      return { head, total, searching, ordinals: found.map(({ id }) => Number(id)) };
    }
    const head = Math.min(query.head ?? history.next - 1, history.next - 1);
    const total = Math.max(0, head - history.oldest + 1);
    const count = Math.max(0, Math.min(limit, total - offset));
    const ordinals = Array.from({ length: count }, (_, at) => head - offset - at);
    return { head, total, searching: false, ordinals };
  }

  return {
    join(stream, source) {
      members.set(stream.stream, {
        stream,
        next: undefined,
        lost: undefined,
        lines: createTextLines(),
      });
      cells.join(stream, source);
      typed.join(stream, source);
      aggregates.join(stream, source);
      rows.reset();
    },
    retype(stream, source) {
      cells.join(stream, source);
      typed.join(stream, source);
      aggregates.retype(stream, source);
      rows.reset();
    },
    take(stream, frame) {
      const { header } = frame;
      const member = members.get(stream.stream);
      if (!member) return;
      // Frames sent again after a reconnect are known by their ordinals.
      if (header.seq < (member.next ?? 0n)) return;
      const missing = member.next === undefined ? 0n : header.seq - member.next;
      member.next = header.seq + BigInt(header.count);
      if (missing > 0n) gap(member, MISSING, Number(missing), header.timeNs);
      if (header.kind === 'gap') {
        gap(member, GAP_WORDS[header.aux] ?? 'dropped', header.count, header.timeNs);
        return;
      }
      const lost = header.lost - (member.lost ?? header.lost);
      member.lost = header.lost;
      if (lost > 0n) gap(member, 'lost in the kernel: its buffer was full', Number(lost), header.timeNs);
      if (header.kind === 'text') {
        addLines(member, member.lines.take(frame), header.timeNs);
        aggregates.take(stream, frame);
        return;
      }
      history.append(stream.stream, frame.payload, header.count, header.timeNs);
      aggregates.take(stream, frame);
    },
    rows: rows.window,
    page(query, slice) {
      if (query.group) {
        const { typed: groups, total, head, searching } = rows.window({ ...query, typed: true }, slice);
        return { columns: groups?.columns ?? [], rows: groups?.rows ?? [], total, head, searching };
      }
      const { head, total, searching, ordinals } = ordinalsOf(query, slice);
      const found = ordinals.flatMap((row) => {
        const chunk = history.find(row);
        const values = chunk && typed.row(chunk, row);
        return values === undefined ? [] : [values];
      });
      return { columns: typed.columns(), rows: found, total, head, searching };
    },
    renamed: rows.renamed,
    facts(id) {
      const row = Number(id);
      const chunk = Number.isInteger(row) ? history.find(row) : undefined;
      return chunk ? cells.facts(chunk, row) : [];
    },
    leading: () => leadingValues(history, name, members),
    aggregates,
    close: history.close,
  };
}

/** What stands in the place of records that were dropped. */
function gapText({ content }: Chunk): string | undefined {
  if (content.kind !== 'gap') return undefined;
  const { records, place } = content;
  return `${formatCount(records)} ${records === 1 ? 'record' : 'records'} ${place}`;
}

function formatCount(count: number): string {
  return formatValue(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}
