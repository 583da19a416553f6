import { recordTypeOf } from '@probepad/protocol/record-types';
import type { Source } from '@probepad/protocol/schema';
import { nameOfType } from '@probepad/protocol/types';
import { escapeControls } from '@probepad/protocol/values/escape';
import type { FormatContext } from '@probepad/protocol/values/format-context';
import type { NameLookup } from '@probepad/protocol/values/name';
import { processLeaf, processOf } from '@probepad/protocol/values/presentation';
import { hexOf } from '@probepad/protocol/values/value';
import { type CellFact, columnKey, type ViewColumn } from '../session/decoder.ts';
import { constantCell, type EventCell, fieldCell, plainCell, timeCell } from './event-cell.ts';
import { secondsOf } from './page-clock.ts';
import { contextOf, HOST_COLUMN, type Shown, shownColumns } from './present.ts';
import { rawText } from './raw-text.ts';
import { inReadingOrder } from './reading-order.ts';
import type { Chunk } from './store/history.ts';
import {
  fieldOf,
  LINE_FIELD,
  type RecordAt,
  type RecordField,
  rawValue,
  TRACE_FIELDS,
} from './store/record-fields.ts';
import { endOf, startsOf, timeOf } from './store/records.ts';
import type { Stream } from './stream.ts';

/** The columns of an event source, over all its hosts, and how each is read out of a record. */
export interface EventCells {
  /** Each host has a source of its own: type ids differ from kernel to kernel. */
  join(stream: Stream, source: Source): void;
  columns(): readonly ViewColumn[];
  /** The cells of a host's records; undefined for a host that is not known. */
  layouts(stream: number): Layouts | undefined;
  /** Seconds from the host's CLOCK_MONOTONIC to the page's clock. */
  offset(stream: number): number;
  /** All layouts that records may have. */
  all(): RecordLayout[];
  /** The texts of one row and its moment on the page's clock; no texts where there is no such record. */
  row(chunk: Chunk, row: number): { cells: string[]; moment?: number };
  /** Its moment alone; undefined where there is no such record. */
  moment(chunk: Chunk, row: number): number | undefined;
  /** What its texts were made from. */
  facts(chunk: Chunk, row: number): CellFact[];
}

export interface Layouts {
  /** Set where all records of the host are alike. */
  only: RecordLayout | undefined;
  /** By what tells the record's type: its length, or what it begins with. */
  of(at: Pick<RecordAt, 'view' | 'start' | 'end'>): RecordLayout;
}

/** One for each column; undefined where such records have no such member. */
export type RecordLayout = readonly (EventCell | undefined)[];

interface Member {
  stream: Stream;
  source: Source;
  layouts: Layouts;
}

const TIME: ViewColumn = {
  name: 'time',
  type: 'when its frame was made',
  align: 'text',
  width: 13,
  role: 'time',
};
const TRACE_COLUMNS = {
  comm: { name: 'comm', type: 'char[16]', align: 'text', width: 16, role: 'field' },
  pid: { name: 'pid', type: '__u32', align: 'number', width: 8, role: 'field' },
  cpu: { name: 'cpu', type: '__u32', align: 'number', width: 5, role: 'field' },
  text: { name: 'text', type: 'bpf_printk', align: 'text', width: 60, role: 'field' },
} satisfies Record<string, ViewColumn>;
const LINE_COLUMN: ViewColumn = { name: 'text', type: 'seq_file', align: 'text', width: 100, role: 'field' };
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
const BYTES_FIELD: RecordField = { value: ({ bytes, start, end }) => hexOf(bytes, start, end) };

export function createEventCells(kind: Source['kind']): EventCells {
  const members = new Map<number, Member>();
  let columns: ViewColumn[] = [];
  let layouts: RecordLayout[] = [];

  function plan(): void {
    const all = [...members.values()];
    const planned = all.map((member) => ({ member, types: typesOf(member) }));
    const byName = new Map<string, ViewColumn>();
    for (const { column } of planned.flatMap(({ types }) => types.flatMap(({ cells }) => cells))) {
      if (!byName.has(column.name)) byName.set(column.name, column);
    }
    const host = all.length > 1 ? [HOST_COLUMN] : [];
    const record = all.some(({ source }) => source.records.length > 1) ? [RECORD_COLUMN] : [];
    columns = [TIME, ...host, ...record, ...byName.values()];
    layouts = [];
    for (const { member, types } of planned) {
      const byType = new Map(types.map(({ type, cells }) => [type, layoutOf(member, type, cells)]));
      layouts.push(...byType.values());
      const typeOf = recordTypeOf(member.stream.decoder.schema, member.source);
      const only = byType.size === 1 ? [...byType.values()][0] : undefined;
      member.layouts = {
        only,
        of: ({ view, start, end }) => only ?? byType.get(typeOf(view, start, end)) ?? [],
      };
    }
  }

  /** What the records of a host may be, each with its own cells. */
  function typesOf({ stream, source }: Member): { type: number | undefined; cells: EventCell[] }[] {
    if (kind === 'trace') return [{ type: undefined, cells: traceCells() }];
    if (kind === 'text') return [{ type: undefined, cells: [plainCell(LINE_COLUMN, LINE_FIELD)] }];
    if (source.records.length === 0) {
      return [{ type: undefined, cells: [plainCell(BYTES_COLUMN, BYTES_FIELD)] }];
    }
    const { schema } = stream.decoder;
    return source.records.map(({ type }) => {
      const shown = inReadingOrder(shownColumns(schema, type, 'field', 'value'));
      const fields = shown.map(({ leaf }) => fieldOf(schema, leaf));
      // Only rows on screen are worth a question to the host.
      const known = recordContext(stream, shown, fields, () => stream.known);
      const asking = recordContext(stream, shown, fields, () => stream.names);
      return {
        type,
        cells: shown.map((own, at) => fieldCell(own, fields[at] as RecordField, stream, known, asking)),
      };
    });
  }

  function layoutOf({ stream }: Member, type: number | undefined, cells: readonly EventCell[]): RecordLayout {
    const byName = new Map(cells.map((cell) => [cell.column.name, cell]));
    return columns.map((column) => {
      if (column === TIME) return timeCell(TIME, kind === 'trace' ? TRACE_FIELDS.time : undefined, stream);
      if (column === HOST_COLUMN) return constantCell(HOST_COLUMN, stream.hostName);
      if (column !== RECORD_COLUMN) return byName.get(column.name);
      const name = type === undefined ? '' : nameOfType(stream.decoder.schema, type);
      return constantCell(RECORD_COLUMN, name.replace(/^struct /, ''));
    });
  }

  /** One record, with the cells of its type; undefined where there is none. */
  function look(
    { stream, base, content }: Chunk,
    row: number,
  ): { at: RecordAt; layout: RecordLayout } | undefined {
    const member = members.get(stream);
    if (!member || content.kind === 'gap') return undefined;
    const start = startsOf(content)[row - base] ?? 0;
    if (start === 0) return undefined;
    const { bytes, view } = content;
    const at: RecordAt = { records: content, bytes, view, start, end: endOf(view, start), row: row - base };
    return { at, layout: member.layouts.of(at) };
  }

  return {
    join(stream, source) {
      members.set(stream.stream, { stream, source, layouts: { only: [], of: () => [] } });
      plan();
    },
    columns: () => columns,
    layouts: (stream) => members.get(stream)?.layouts,
    offset: (stream) => members.get(stream)?.stream.clock.offset ?? 0,
    all: () => layouts,
    row(chunk, row) {
      const found = look(chunk, row);
      if (!found) return { cells: [] };
      const { at, layout } = found;
      return {
        cells: layout.map((cell) => cell?.shown(at) ?? ''),
        moment: secondsOf(timeOf(at.records, at.row)) + this.offset(chunk.stream),
      };
    },
    moment(chunk, row) {
      const found = look(chunk, row);
      return found && secondsOf(timeOf(found.at.records, found.at.row)) + this.offset(chunk.stream);
    },
    facts(chunk, row) {
      const found = look(chunk, row);
      return (found?.layout ?? []).flatMap((cell) => {
        if (!found || cell?.column.role !== 'field' || cell.constant !== undefined) return [];
        const { column, field } = cell;
        const raw = rawText(rawValue(field, found.at));
        return [{ column: columnKey(column), path: column.name, type: column.type, raw }];
      });
    },
  };
}

/** What is known about a record beside a member of it: the moment of its frame, and the process whose addresses it may hold. */
function recordContext(
  stream: Stream,
  shown: readonly Shown[],
  fields: readonly RecordField[],
  namesNow: () => NameLookup | undefined,
): (at: RecordAt) => FormatContext {
  const presentations = shown.map((each) => each.shown);
  const addresses = presentations.some(
    ({ nameKind, element }) => nameKind === 'code' || element?.nameKind === 'code',
  );
  const process = addresses
    ? processLeaf(
        shown.map(({ leaf }) => leaf),
        presentations,
      )
    : -1;
  let known:
    | { time: bigint; wall: bigint | undefined; names: NameLookup | undefined; context: FormatContext }
    | undefined;
  return (at) => {
    const time = timeOf(at.records, at.row);
    const names = namesNow();
    const { wall } = stream.clock;
    if (known?.time !== time || known.wall !== wall || known.names !== names) {
      known = { time, wall, names, context: { ...contextOf(stream, time), names } };
    }
    const pid = processOf(fields[process]?.value(at) ?? null, presentations[process]);
    return pid === undefined ? known.context : { ...known.context, pid };
  };
}

/** Where a column is; -1 where this source has none of that key. */
export function columnAt(cells: EventCells, key: string): number {
  return cells.columns().findIndex((column) => columnKey(column) === key);
}

/** Without the newline that ends most. */
function traceText(at: RecordAt): string {
  return escapeControls(String(TRACE_FIELDS.text.value(at) ?? '').replace(/\n$/, ''));
}

function traceCells(): EventCell[] {
  const { comm, pid, cpu, text } = TRACE_COLUMNS;
  return [
    plainCell(comm, TRACE_FIELDS.comm),
    plainCell(pid, TRACE_FIELDS.pid),
    plainCell(cpu, TRACE_FIELDS.cpu),
    { ...plainCell(text, TRACE_FIELDS.text), text: traceText, shown: traceText },
  ];
}
