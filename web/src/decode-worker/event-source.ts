import { type Frame, GAP_PLACES } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import { formatValue } from '@probepad/protocol/values/format';
import type { RowQuery, RowWindow, Series, ViewRow } from '../session/decoder.ts';
import { BUCKET_SECONDS, type Buckets, createBuckets } from './buckets.ts';
import { createEventCells } from './event-cells.ts';
import { createHistory, type History } from './history.ts';
import { secondsOf } from './page-clock.ts';
import { createRowSearch, type RowSearch } from './row-search.ts';
import type { Stream } from './stream.ts';
import { createTextLines, type TextLines } from './text-lines.ts';

/** A source whose rows come one after another: events, trace lines, iterator text. */
export interface EventSource {
  join(stream: Stream, source: Source): void;
  take(stream: Stream, frame: Frame): void;
  rows(query: Omit<RowQuery, 'run' | 'source'>): RowWindow;
  /** @param now seconds since 1970 */
  series(now: number): Series;
}

const GAP_WORDS: Record<number, string> = {
  [GAP_PLACES.agent]: 'dropped by the agent',
  [GAP_PLACES.hub]: 'dropped by the hub',
  [GAP_PLACES.viewer]: 'not shown: this page was too slow',
};
/** For ordinals that were left out without a word. */
const MISSING = 'not shown: this page was too slow or away, or the hub never got them';

/** Texts that are searched for at a time: a download may still search for one while the view shows another. */
const SEARCHES_MAX = 3;

/** What is kept for one host. */
interface Member {
  stream: Stream;
  /** Ordinal of the record that comes next; undefined before the first. */
  next: bigint | undefined;
  /** What the kernel had lost by the last frame. */
  lost: bigint | undefined;
  buckets: Buckets;
  lines: TextLines;
}

export function createEventSource({ name, kind }: Pick<Source, 'name' | 'kind'>): EventSource {
  const history: History = createHistory();
  const cells = createEventCells(kind);
  const members = new Map<number, Member>();
  /** By text, the one asked for last at the end. */
  const searches = new Map<string, RowSearch>();

  function searchFor(text: string): RowSearch {
    const search = searches.get(text) ?? createRowSearch(history, text, cells.read);
    searches.delete(text);
    searches.set(text, search);
    for (const stale of [...searches.keys()].slice(0, -SEARCHES_MAX)) searches.delete(stale);
    return search;
  }

  function rowAt(row: number): ViewRow | undefined {
    const chunk = history.find(row);
    if (!chunk) return undefined;
    const id = String(row);
    if (chunk.content.kind !== 'gap') return { id, cells: cells.of(chunk)[row - chunk.base] ?? [] };
    const { records, place } = chunk.content;
    const counted = `${formatCount(records)} ${records === 1 ? 'record' : 'records'}`;
    return { id, cells: [], gap: `${counted} ${place}` };
  }

  function gap(member: Member, place: string, records: number): void {
    addLines(member, member.lines.cut());
    history.gap(member.stream.stream, place, records);
  }

  function addLines({ stream }: Member, lines: string[]): void {
    history.append(stream.stream, lines.length, { kind: 'lines', lines });
  }

  return {
    join(stream, source) {
      members.set(stream.stream, {
        stream,
        next: undefined,
        lost: undefined,
        buckets: createBuckets(),
        lines: createTextLines(),
      });
      cells.join(stream, source);
      searches.clear();
    },
    take(stream, frame) {
      const { header } = frame;
      const member = members.get(stream.stream);
      if (!member) return;
      // Frames sent again after a reconnect are known by their ordinals.
      if (header.seq < (member.next ?? 0n)) return;
      const missing = member.next === undefined ? 0n : header.seq - member.next;
      member.next = header.seq + BigInt(header.count);
      if (missing > 0n) gap(member, MISSING, Number(missing));
      if (header.kind === 'gap') {
        gap(member, GAP_WORDS[header.aux] ?? 'dropped', header.count);
        return;
      }
      const lost = header.lost - (member.lost ?? header.lost);
      member.lost = header.lost;
      if (lost > 0n) gap(member, 'lost in the kernel: its buffer was full', Number(lost));
      if (header.kind === 'text') {
        addLines(member, member.lines.take(frame));
        return;
      }
      history.append(stream.stream, header.count, { kind: 'frame', frame: settle(frame) });
      member.buckets.add(secondsOf(header.timeNs), header.count);
    },
    rows({ head, offset, limit, filter }) {
      const latest = history.next - 1;
      const top = Math.min(head ?? latest, latest);
      const window = { columns: cells.columns(), head: top, latest, offset, filter, searching: false };
      if (filter === '') {
        const total = Math.max(0, top - history.oldest + 1);
        const count = Math.max(0, Math.min(limit, total - offset));
        const rows = Array.from({ length: count }, (_, at) => rowAt(top - offset - at));
        return { ...window, total, rows: rows.filter((row) => row !== undefined) };
      }
      const found = searchFor(filter).advance();
      let total = found.rows.length;
      while (total > 0 && (found.rows[total - 1] ?? 0) > top) total--;
      const shown = found.rows.slice(Math.max(0, total - offset - limit), Math.max(0, total - offset));
      const rows = shown.reverse().map(rowAt);
      return {
        ...window,
        total,
        rows: rows.filter((row) => row !== undefined),
        // A head that was given up itself has nothing older.
        searching: !found.complete && top >= history.oldest,
      };
    },
    series(now) {
      // A frame takes a moment to come: the newest buckets are not full yet.
      const end = now - BUCKET_SECONDS;
      const all = [...members.values()].map(({ stream, buckets }) => ({
        label: members.size > 1 ? stream.hostName : name,
        ...buckets.rates(end, stream.clock.offset),
      }));
      const first = Math.min(...all.map(({ times }) => times[0] ?? Number.POSITIVE_INFINITY));
      const times = all.find((line) => line.times[0] === first)?.times ?? [];
      return {
        times,
        lines: all
          .filter(({ values }) => values.length > 0)
          .map(({ label, values }) => ({
            label,
            values: [...Array<number>(times.length - values.length).fill(0), ...values],
          })),
        unit: kind === 'trace' ? 'lines/s' : 'events/s',
      };
    },
  };
}

/** A frame that keeps no more memory than its own: a small one is copied out of the message that it came in. */
function settle(frame: Frame): Frame {
  if (frame.payload.byteLength * 2 > frame.payload.buffer.byteLength) return frame;
  return { header: frame.header, payload: frame.payload.slice() };
}

function formatCount(count: number): string {
  return formatValue(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}
