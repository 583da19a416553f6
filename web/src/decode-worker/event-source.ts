import type { Column } from '@probepad/protocol/columns';
import type { Decoder as FrameDecoder } from '@probepad/protocol/decode';
import { escapeControls, formatValue } from '@probepad/protocol/format';
import { type Frame, GAP_PLACES } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import { nameOfType } from '@probepad/protocol/types';
import type { RowQuery, RowWindow, Series, ViewColumn, ViewRow } from '../session/decoder.ts';
import { BUCKET_SECONDS, type Buckets, createBuckets } from './buckets.ts';
import { type Chunk, createHistory, type History } from './history.ts';
import { cellText, clockText, type Shown, shownColumns } from './present.ts';

/** One run on one host, as far as reading its frames goes. */
export interface Stream {
  stream: number;
  host: string;
  hostName: string;
  decoder: FrameDecoder;
  /** CLOCK_REALTIME minus CLOCK_MONOTONIC in ns; undefined until known. */
  clockOffset: bigint | undefined;
}

/** A source whose rows come one after another: events, trace lines, iterator text. */
export interface EventSource {
  join(stream: Stream): void;
  take(stream: Stream, frame: Frame): void;
  rows(query: Omit<RowQuery, 'run' | 'source'>): RowWindow;
  series(now: number): Series;
}

const GAP_WORDS: Record<number, string> = {
  [GAP_PLACES.agent]: 'dropped by the agent',
  [GAP_PLACES.hub]: 'dropped by the hub',
  [GAP_PLACES.viewer]: 'not shown: this page was too slow',
};

const TIME: ViewColumn = {
  name: 'time',
  type: 'when its frame was made',
  align: 'text',
  width: 13,
  role: 'time',
};
const HOST: ViewColumn = { name: 'host', type: '', align: 'text', width: 14, role: 'host' };
const TRACE_COLUMNS: ViewColumn[] = [
  { name: 'comm', type: 'char[16]', align: 'text', width: 16, role: 'field' },
  { name: 'pid', type: '__u32', align: 'number', width: 8, role: 'field' },
  { name: 'cpu', type: '__u32', align: 'number', width: 5, role: 'field' },
  { name: 'text', type: 'bpf_printk', align: 'text', width: 60, role: 'field' },
];
const TEXT_COLUMNS: ViewColumn[] = [
  { name: 'text', type: 'seq_file', align: 'text', width: 100, role: 'field' },
];

/** How many decoded chunks are kept at hand for scrolling. */
const DECODED_MAX = 64;

export function createEventSource(source: Source): EventSource {
  const history: History = createHistory();
  const streams = new Map<number, Stream>();
  const buckets = new Map<number, Buckets>();
  const nextSeq = new Map<number, bigint>();
  const lost = new Map<number, bigint>();
  const pending = new Map<number, string>();
  const decoded = new Map<Chunk, string[][]>();
  let shown: Map<string, Shown[]> | undefined;
  let columns: ViewColumn[] | undefined;
  let matches: { filter: string; rows: number[]; scanned: number } | undefined;

  function layout(): ViewColumn[] {
    if (columns) return columns;
    columns = [TIME];
    if (streams.size > 1) columns.push(HOST);
    columns.push(...ownColumns());
    return columns;
  }

  function ownColumns(): ViewColumn[] {
    if (source.kind === 'trace') return TRACE_COLUMNS;
    if (source.kind === 'text') return TEXT_COLUMNS;
    const byName = new Map<string, ViewColumn>();
    if (source.records.length > 1) {
      byName.set('\ntype', { name: 'record', type: 'the struct', align: 'text', width: 14, role: 'field' });
    }
    for (const stream of streams.values()) {
      for (const { type } of source.records) {
        for (const { column } of shownOf(stream, type))
          if (!byName.has(column.name)) byName.set(column.name, column);
      }
    }
    if (source.records.length === 0) {
      byName.set('bytes', { name: 'bytes', type: 'type unknown', align: 'text', width: 80, role: 'field' });
    }
    return [...byName.values()];
  }

  function shownOf(stream: Stream, type: number): Shown[] {
    shown ??= new Map();
    const key = `${stream.stream} ${type}`;
    let found = shown.get(key);
    if (!found) {
      found = shownColumns(stream.decoder.schema, type, 'field', 'value');
      shown.set(key, found);
    }
    return found;
  }

  /** The cells of every row of a chunk. */
  function cellsOf(chunk: Chunk): string[][] {
    const known = decoded.get(chunk);
    if (known) return known;
    const stream = streams.get(chunk.stream);
    const cells = stream ? decode(chunk, stream) : [];
    // Without the host's clock the times are still missing: decoded again until it is known.
    if (stream?.clockOffset === undefined) return cells;
    decoded.set(chunk, cells);
    if (decoded.size > DECODED_MAX) {
      const [oldest] = decoded.keys();
      if (oldest) decoded.delete(oldest);
    }
    return cells;
  }

  function decode(chunk: Chunk, stream: Stream): string[][] {
    const { content } = chunk;
    const host = streams.size > 1 ? [stream.hostName] : [];
    if (content.kind === 'gap') return [];
    if (content.kind === 'lines') return content.lines.map((line) => ['', ...host, escapeControls(line)]);
    const { frame } = content;
    const offset = stream.clockOffset;
    const timeText = (ns: bigint): string => (offset === undefined ? '' : clockText(ns + offset, 3));
    if (source.kind === 'trace') {
      return stream.decoder
        .trace(frame)
        .map((line) => [
          timeText(line.timeNs),
          ...host,
          escapeControls(line.comm),
          String(line.pid),
          String(line.cpu),
          escapeControls(line.text.replace(/\n$/, '')),
        ]);
    }
    const time = timeText(frame.header.timeNs);
    const own = layout().slice(1 + host.length);
    const rows: string[][] = [];
    for (const batch of stream.decoder.records(frame)) {
      const byName = new Map<string, { column: Column; meaning: Shown['meaning'] }>();
      const shownHere = batch.type === undefined ? undefined : shownOf(stream, batch.type);
      batch.columns.forEach((column, index) => {
        const name = shownHere?.[index]?.column.name ?? column.leaf.name;
        byName.set(name, { column, meaning: shownHere?.[index]?.meaning ?? 'plain' });
      });
      const typeName = batch.type === undefined ? '' : nameOfType(stream.decoder.schema, batch.type);
      const ordered = own.map(({ name }) => byName.get(name));
      for (let row = 0; row < batch.rows; row++) {
        const index = Number((batch.ordinals[row] ?? 0n) - frame.header.seq);
        rows[index] = [
          time,
          ...host,
          ...ordered.map((found, at) => {
            if (found) return cellText(found.column.get(row), found.meaning, frame.header.timeNs, offset);
            return own[at]?.name === 'record' ? typeName.replace(/^struct /, '') : '';
          }),
        ];
      }
    }
    return rows;
  }

  function rowAt(row: number): ViewRow | undefined {
    const chunk = history.find(row);
    if (!chunk) return undefined;
    if (chunk.content.kind === 'gap') {
      const { records, place } = chunk.content;
      return {
        id: String(row),
        cells: [],
        gap: `${formatCount(records)} ${records === 1 ? 'record' : 'records'} ${place}`,
      };
    }
    return { id: String(row), cells: cellsOf(chunk)[row - chunk.base] ?? [] };
  }

  /** Rows that match, oldest first, brought up to the newest row. */
  function matching(filter: string): number[] {
    const wanted = filter.toLowerCase();
    if (matches?.filter !== wanted) matches = { filter: wanted, rows: [], scanned: history.oldest };
    const found = matches;
    const from = Math.max(found.scanned, history.oldest);
    if (from < history.next) {
      for (const chunk of history.from(from)) {
        if (chunk.base + chunk.rows <= from || chunk.content.kind === 'gap') continue;
        cellsOf(chunk).forEach((cells, index) => {
          const row = chunk.base + index;
          if (row >= from && cells.some((cell) => cell.toLowerCase().includes(wanted))) found.rows.push(row);
        });
      }
    }
    found.scanned = history.next;
    const gone = found.rows.findIndex((row) => row >= history.oldest);
    if (gone !== 0) found.rows.splice(0, gone < 0 ? found.rows.length : gone);
    return found.rows;
  }

  function takeText(stream: Stream, frame: Frame): void {
    const text = (pending.get(stream.stream) ?? '') + new TextDecoder().decode(frame.payload);
    const lines = text.split('\n');
    pending.set(stream.stream, lines.pop() ?? '');
    history.append(stream.stream, lines.length, { kind: 'lines', lines });
  }

  return {
    join(stream) {
      streams.set(stream.stream, stream);
      columns = undefined;
      shown = undefined;
      decoded.clear();
    },
    take(stream, frame) {
      const { header } = frame;
      const id = stream.stream;
      if (header.kind === 'text') {
        takeText(stream, frame);
        return;
      }
      // Frames sent again after a reconnect are known by their ordinals.
      if (header.seq < (nextSeq.get(id) ?? 0n)) return;
      nextSeq.set(id, header.seq + BigInt(header.count));
      if (header.kind === 'gap') {
        history.gap(id, GAP_WORDS[header.aux] ?? 'dropped', header.count);
        return;
      }
      const lostBefore = lost.get(id) ?? header.lost;
      lost.set(id, header.lost);
      if (header.lost > lostBefore) {
        history.gap(id, 'lost in the kernel: its buffer was full', Number(header.lost - lostBefore));
      }
      history.append(id, header.count, { kind: 'frame', frame: settle(frame) });
      let counter = buckets.get(id);
      if (!counter) {
        counter = createBuckets();
        buckets.set(id, counter);
      }
      const offset = stream.clockOffset;
      const seconds =
        offset === undefined ? Date.now() / 1000 : Number((header.timeNs + offset) / 1_000_000n) / 1000;
      counter.add(seconds, header.count);
    },
    rows({ head, offset, limit, filter }) {
      const latest = history.next - 1;
      const top = Math.min(head ?? latest, latest);
      const rows: ViewRow[] = [];
      const push = (row: number | undefined): void => {
        const found = row === undefined ? undefined : rowAt(row);
        if (found) rows.push(found);
      };
      let total: number;
      if (filter === '') {
        total = Math.max(0, top - history.oldest + 1);
        for (let at = offset; at < Math.min(total, offset + limit); at++) push(top - at);
      } else {
        const found = matching(filter);
        let end = found.length;
        while (end > 0 && (found[end - 1] ?? 0) > top) end--;
        total = end;
        for (let at = offset; at < Math.min(total, offset + limit); at++) push(found[end - 1 - at]);
      }
      return { columns: layout(), head: top, latest, total, offset, rows };
    },
    series(now) {
      // A frame takes a moment to come: the newest buckets are not full yet.
      const end = now - BUCKET_SECONDS;
      const all = [...buckets].map(([id, counter]) => ({
        label: streams.size > 1 ? (streams.get(id)?.hostName ?? '') : source.name,
        ...counter.rates(end),
      }));
      const first = Math.min(...all.map(({ times }) => times[0] ?? Number.POSITIVE_INFINITY));
      const longest = all.find(({ times }) => times[0] === first);
      const times = longest?.times ?? [];
      return {
        times,
        lines: all.map(({ label, values }) => ({
          label,
          values: [...Array<number>(times.length - values.length).fill(0), ...values],
        })),
        unit: source.kind === 'trace' ? 'lines/s' : 'events/s',
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
  return formatValue(count, 'plain').replace(/\B(?=(\d{3})+$)/g, ' ');
}
