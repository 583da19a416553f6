import type { Column } from '@probepad/protocol/columns';
import type { Frame } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import { nameOfType } from '@probepad/protocol/types';
import { escapeControls } from '@probepad/protocol/values/escape';
import { formatValue } from '@probepad/protocol/values/format';
import { type Presentation, processLeaf, processOf } from '@probepad/protocol/values/presentation';
import type { ViewColumn } from '../session/decoder.ts';
import type { Chunk } from './history.ts';
import { clockText, contextOf, HOST_COLUMN, type Shown, shownColumns } from './present.ts';
import type { Stream } from './stream.ts';

/** The columns of an event source and the texts in them, over all its hosts. */
export interface EventCells {
  /** Each host has a source of its own: type ids differ from kernel to kernel. */
  join(stream: Stream, source: Source): void;
  columns(): ViewColumn[];
  /** The texts of every row of a chunk, not kept. */
  read(chunk: Chunk): string[][];
  /** The same, at hand for some time. */
  of(chunk: Chunk): string[][];
}

interface Member {
  stream: Stream;
  source: Source;
  /** By type id. */
  shown: Map<number, Shown[]>;
}

const TIME: ViewColumn = {
  name: 'time',
  type: 'when its frame was made',
  align: 'text',
  width: 13,
  role: 'time',
};
const TRACE_COLUMNS: ViewColumn[] = [
  { name: 'comm', type: 'char[16]', align: 'text', width: 16, role: 'field' },
  { name: 'pid', type: '__u32', align: 'number', width: 8, role: 'field' },
  { name: 'cpu', type: '__u32', align: 'number', width: 5, role: 'field' },
  { name: 'text', type: 'bpf_printk', align: 'text', width: 60, role: 'field' },
];
const TEXT_COLUMNS: ViewColumn[] = [
  { name: 'text', type: 'seq_file', align: 'text', width: 100, role: 'field' },
];
const RECORD_COLUMN: ViewColumn = {
  name: 'record',
  type: 'the struct',
  align: 'text',
  width: 14,
  role: 'field',
};
const BYTES_COLUMN: ViewColumn = {
  name: 'bytes',
  type: 'type unknown',
  align: 'text',
  width: 80,
  role: 'field',
};

/** Rows whose texts are kept at hand for scrolling. */
const DECODED_ROWS_MAX = 30_000;

export function createEventCells(kind: Source['kind']): EventCells {
  const members = new Map<number, Member>();
  const decoded = new Map<Chunk, string[][]>();
  let decodedRows = 0;
  let layout: ViewColumn[] | undefined;

  function ownColumns(): ViewColumn[] {
    if (kind === 'trace') return TRACE_COLUMNS;
    if (kind === 'text') return TEXT_COLUMNS;
    const all = [...members.values()];
    const byName = new Map<string, ViewColumn>();
    for (const member of all) {
      for (const { type } of member.source.records) {
        for (const { column } of shownOf(member, type)) {
          if (!byName.has(column.name)) byName.set(column.name, column);
        }
      }
    }
    const columns = [...byName.values()];
    if (all.some(({ source }) => source.records.length > 1)) columns.unshift(RECORD_COLUMN);
    if (all.some(({ source }) => source.records.length === 0)) columns.push(BYTES_COLUMN);
    return columns;
  }

  function columns(): ViewColumn[] {
    layout ??= [TIME, ...(members.size > 1 ? [HOST_COLUMN] : []), ...ownColumns()];
    return layout;
  }

  function shownOf(member: Member, type: number): Shown[] {
    let found = member.shown.get(type);
    if (!found) {
      found = shownColumns(member.stream.decoder.schema, type, 'field', 'value');
      member.shown.set(type, found);
    }
    return found;
  }

  function read({ stream: id, content }: Chunk): string[][] {
    const member = members.get(id);
    if (!member || content.kind === 'gap') return [];
    const host = members.size > 1 ? [member.stream.hostName] : [];
    if (content.kind === 'lines') return content.lines.map((line) => ['', ...host, escapeControls(line)]);
    return kind === 'trace'
      ? traceCells(member.stream, content.frame, host)
      : recordCells(member, content.frame, host);
  }

  function recordCells(member: Member, frame: Frame, host: string[]): string[][] {
    const { schema } = member.stream.decoder;
    const frameContext = contextOf(member.stream, frame.header.timeNs);
    const time = timeText(member.stream, frame.header.timeNs);
    const own = columns().slice(1 + host.length);
    const rows: string[][] = [];
    for (const batch of member.stream.decoder.records(frame)) {
      const shown = batch.type === undefined ? undefined : shownOf(member, batch.type);
      const byColumn = new Map<string, { column: Column; shown: Presentation | undefined }>();
      batch.columns.forEach((column, index) => {
        const name = shown?.[index]?.column.name ?? BYTES_COLUMN.name;
        byColumn.set(name, { column, shown: shown?.[index]?.shown });
      });
      const typeName = batch.type === undefined ? '' : nameOfType(schema, batch.type);
      const record = typeName.replace(/^struct /, '');
      const ordered = own.map((column) => (column === RECORD_COLUMN ? record : byColumn.get(column.name)));
      const process = addresses(shown)
        ? processLeaf(
            shown.map(({ leaf }) => leaf),
            shown.map((each) => each.shown),
          )
        : -1;
      for (let row = 0; row < batch.rows; row++) {
        const index = Number((batch.ordinals[row] ?? 0n) - frame.header.seq);
        const pid = processOf(batch.columns[process]?.get(row) ?? null, shown?.[process]?.shown);
        const context = pid === undefined ? frameContext : { ...frameContext, pid };
        const cells = ordered.map((found) => {
          if (found === undefined || typeof found === 'string') return found ?? '';
          return formatValue(found.column.get(row), found.shown, context);
        });
        rows[index] = [time, ...host, ...cells];
      }
    }
    return rows;
  }

  function of(chunk: Chunk): string[][] {
    const known = decoded.get(chunk);
    if (known) return known;
    const cells = read(chunk);
    // Without the host's clock the times are still missing: decoded again until it is known.
    if (members.get(chunk.stream)?.stream.clock.wall === undefined) return cells;
    decoded.set(chunk, cells);
    decodedRows += chunk.rows;
    for (const oldest of decoded.keys()) {
      if (decodedRows <= DECODED_ROWS_MAX || oldest === chunk) break;
      decoded.delete(oldest);
      decodedRows -= oldest.rows;
    }
    return cells;
  }

  return {
    join(stream, source) {
      members.set(stream.stream, { stream, source, shown: new Map() });
      layout = undefined;
      decoded.clear();
      decodedRows = 0;
    },
    columns,
    read,
    of,
  };
}

function traceCells(stream: Stream, frame: Frame, host: string[]): string[][] {
  return stream.decoder
    .trace(frame)
    .map((line) => [
      timeText(stream, line.timeNs),
      ...host,
      escapeControls(line.comm),
      String(line.pid),
      String(line.cpu),
      escapeControls(line.text.replace(/\n$/, '')),
    ]);
}

/** The host's wall time; empty until it has told its clock. */
function timeText({ clock }: Stream, ns: bigint): string {
  return clock.wall === undefined ? '' : clockText(ns + clock.wall, 3);
}

/** Whether a record may hold addresses in the process that it is about. */
function addresses(shown: readonly Shown[] | undefined): shown is readonly Shown[] {
  return (
    shown?.some((each) => each.shown.nameKind === 'code' || each.shown.element?.nameKind === 'code') ?? false
  );
}
