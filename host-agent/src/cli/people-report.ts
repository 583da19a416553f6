import type { RunCounts, RunStatus } from '@probepad/protocol/control/run';
import type { RecordBatch } from '@probepad/protocol/decode';
import { HEAD_ONLY, showsHeadOnly } from '@probepad/protocol/head-only';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { resolveType } from '@probepad/protocol/types';
import { escapeControls, escapeLines } from '@probepad/protocol/values/escape';
import { formatValue } from '@probepad/protocol/values/format';
import type { FormatContext } from '@probepad/protocol/values/format-context';
import {
  PLAIN,
  presentationOf,
  presentLeaves,
  processLeaf,
  processOf,
} from '@probepad/protocol/values/presentation';
import { formatDuration } from '@probepad/protocol/values/units';
import type { Value } from '@probepad/protocol/values/value';
import { mapLines } from './map-lines.ts';
import type { Output } from './output.ts';
import { PRINT_AT_ONCE, type PrintOrder } from './print-order.ts';
import { createRowDecoder, type MapEntry } from './rows.ts';
import type { SessionListener } from './session.ts';
import { createTable, type Table } from './table.ts';

/** Entries of a map that are printed at the end; the JSON form has them all. */
const ENTRIES_SHOWN = 40;

const HOUR_NS = 3_600_000_000_000n;

interface Snapshot {
  source: Source;
  entries: MapEntry[];
  partial: boolean;
}

interface HostReport {
  schema: ProbeSchema;
  context: FormatContext;
  decode: ReturnType<typeof createRowDecoder>;
  maps: Map<string, Snapshot>;
  globals: Map<string, { source: Source; value: Value }>;
}

/** Aligned columns for people: events and trace lines as they come, maps and globals as they were at the end. */
export function peopleReport(
  output: Output,
  notice: (line: string) => void,
  hosts: number,
  order: PrintOrder = PRINT_AT_ONCE,
): SessionListener {
  const reports = new Map<string, HostReport>();
  /** CLOCK_REALTIME minus CLOCK_MONOTONIC in ns; over a hub it comes before the schema, or after. */
  const clockOffsets = new Map<string, bigint>();
  const said = new Map<string, string>();
  let lastTable: Table | undefined;
  const prefix = (host: string): string => (hosts > 1 ? `${host}  ` : '');

  function say(host: string, line: string): void {
    if (said.get(host) === line) return;
    said.set(host, line);
    notice(`${prefix(host)}${escapeControls(line)}`);
  }

  function under(table: Table, host: string, cells: readonly string[]): void {
    const row = table.row(cells);
    if (lastTable !== table) output.line(`${prefix(host)}${table.heading()}`);
    lastTable = table;
    output.line(`${prefix(host)}${row}`);
  }

  const tables = new Map<string, Table>();
  function tableOf(key: string, names: readonly string[], numeric: readonly boolean[]): Table {
    let table = tables.get(key);
    if (table === undefined) {
      table = createTable(names, numeric);
      tables.set(key, table);
    }
    return table;
  }

  function printRecords(
    host: string,
    { schema, context }: HostReport,
    source: Source,
    batch: RecordBatch,
  ): void {
    const { columns, rows } = batch;
    const leaves = columns.map(({ leaf }) => leaf);
    const shown = batch.type === undefined ? [PLAIN] : presentLeaves(schema, leaves, batch.type);
    const kept = columns.flatMap((_, at) => (shown[at]?.hidden ? [] : [at]));
    const table = tableOf(
      `${host} ${source.name} ${batch.type}`,
      kept.map((at) => shown[at]?.label ?? (leaves[at]?.name || source.name)),
      kept.map((at) => columns[at]?.data !== undefined),
    );
    const process = processLeaf(leaves, shown);
    const cellsOf = (row: number, which: readonly number[]): string[] => {
      const pid = processOf(columns[process]?.get(row) ?? null, shown[process]);
      return which.map((at) => formatValue(columns[at]?.get(row) ?? null, shown[at], { ...context, pid }));
    };
    const named = kept.filter((at) => shown[at]?.nameKind ?? shown[at]?.element?.nameKind);
    const note = (): void => {
      for (let row = 0; row < rows; row++) cellsOf(row, named);
    };
    order.print(host, named.length > 0 ? note : undefined, () => {
      for (let row = 0; row < rows; row++) under(table, host, cellsOf(row, kept));
    });
  }

  function printMap(host: string, { schema, context }: HostReport, snapshot: Snapshot): void {
    const { source, entries } = snapshot;
    const lines = mapLines(schema, source, entries, ENTRIES_SHOWN, context);
    output.line(`\n${prefix(host)}${source.name} (${sizeOf(snapshot)})`);
    for (const line of lines) output.line(`${prefix(host)}${line}`);
    if (entries.length > ENTRIES_SHOWN)
      output.line(`… and ${entries.length - ENTRIES_SHOWN} more (--json prints all)`);
  }

  function printGlobals(host: string, { schema, context }: HostReport, source: Source, value: Value): void {
    output.line(`\n${prefix(host)}${source.name}`);
    const section = source.valueType === undefined ? undefined : resolveType(schema, source.valueType);
    if (section?.kind !== 'struct' || typeof value !== 'object' || value === null || Array.isArray(value))
      return;
    for (const member of section.members) {
      const { name } = member;
      const text = formatValue(value[name] ?? null, presentationOf(schema, member), context);
      output.line(`  ${name} = ${text}`);
    }
  }

  function timeOf(host: string, timeNs: bigint): string {
    const offset = clockOffsets.get(host);
    return offset === undefined ? '' : clockText(timeNs + offset, 3);
  }

  /** A probe's own timestamps as wall time, where they can be some. */
  function momentOf(host: string, timeNs: bigint): string | undefined {
    const offset = clockOffsets.get(host);
    if (offset === undefined) return undefined;
    const wall = timeNs + offset;
    const distance = wall - BigInt(Date.now()) * 1_000_000n;
    return distance < HOUR_NS && distance > -HOUR_NS ? clockText(wall, 6) : undefined;
  }

  const trace = createTable(['time', 'command', 'pid', 'text'], [false, false, true, false]);

  /** Remarks that have been printed. */
  const told = new Set<string>();

  return {
    status(host, status) {
      if (status.clockOffset !== undefined) clockOffsets.set(host, BigInt(status.clockOffset));
      if (status.state === 'running') say(host, runningLine(status));
      tellRemarks(host, status);
    },
    schema(host, schema, arch) {
      if (reports.has(host)) return;
      const report: HostReport = {
        schema,
        context: { arch, clock: (ns) => momentOf(host, ns), names: order.lookUp(host) },
        maps: new Map(),
        globals: new Map(),
        decode: createRowDecoder(schema, {
          records: (source, batch) => printRecords(host, report, source, batch),
          snapshot: (source, entries, partial) => report.maps.set(source.name, { source, entries, partial }),
          // What is read-only was given or is in the program's text.
          globals: (source, value) => source.writable && report.globals.set(source.name, { source, value }),
          trace(lines) {
            order.print(host, undefined, () => {
              for (const { timeNs, comm, pid, text } of lines) {
                under(trace, host, [
                  timeOf(host, timeNs),
                  escapeControls(comm),
                  String(pid),
                  escapeControls(text),
                ]);
              }
            });
          },
          text(_source, text) {
            order.print(host, undefined, () => {
              lastTable = undefined;
              output.text(escapeLines(text));
            });
          },
        }),
      };
      reports.set(host, report);
    },
    counts: () => {},
    frame: (host, frame) => reports.get(host)?.decode(frame),
    ended(host, status, counts) {
      const report = reports.get(host);
      const note = (): void => {
        for (const { source, entries } of report?.maps.values() ?? []) {
          mapLines(report?.schema as ProbeSchema, source, entries, ENTRIES_SHOWN, report?.context);
        }
      };
      order.print(host, note, () => printEnd(host, status, counts));
    },
  };

  /** When they come: some are of use while the run goes on. */
  function tellRemarks(host: string, { remarks }: RunStatus): void {
    for (const remark of remarks) {
      const line = `${prefix(host)}${escapeControls(remark)}`;
      if (told.has(line)) continue;
      told.add(line);
      notice(line);
    }
  }

  function printEnd(host: string, status: RunStatus, counts: RunCounts | undefined): void {
    const report = reports.get(host);
    if (report !== undefined) {
      for (const snapshot of report.maps.values()) printMap(host, report, snapshot);
      for (const { source, value } of report.globals.values()) printGlobals(host, report, source, value);
    }
    for (const program of status.programs) {
      if (program.state === 'failed')
        notice(`${prefix(host)}${escapeControls(`${program.name}: ${program.detail}`)}`);
    }
    tellRemarks(host, status);
    // A compiler's or verifier's messages have been printed with their lines; they say it better.
    const explained = status.diagnostics.some(({ severity }) => severity === 'error');
    if (status.error !== undefined && !explained) {
      notice(`${prefix(host)}${escapeLines(status.error.message)}`);
      notice(`${prefix(host)}${escapeControls(status.error.remedy)}`);
    }
    notice(`${prefix(host)}${endLine(status, counts, report?.schema)}`);
  }
}

function sizeOf({ source, entries, partial }: Snapshot): string {
  const size = `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`;
  if (!partial) return size;
  return `${size}, ${showsHeadOnly(source) ? HEAD_ONLY : 'partly read'}`;
}

/** UTC time of day with `digits` digits after the second. `ns` since 1970. */
function clockText(ns: bigint, digits: 3 | 6): string {
  const seconds = new Date(Number(ns / 1_000_000n)).toISOString().slice(11, 19);
  return `${seconds}.${String(ns % 1_000_000_000n)
    .padStart(9, '0')
    .slice(0, digits)}`;
}

function runningLine({ programs, timing }: RunStatus): string {
  const attached = programs.filter(({ state }) => state === 'attached').length;
  const times = (['compile', 'load', 'attach'] as const)
    .filter((step) => timing[step] !== undefined)
    .map((step) => `${step} ${formatDuration(Math.round((timing[step] ?? 0) * 1e6))}`);
  return `running: ${attached} of ${programs.length} programs attached (${times.join(', ')}); Ctrl+C ends it`;
}

function endLine(status: RunStatus, counts: RunCounts | undefined, schema: ProbeSchema | undefined): string {
  const values = schema?.sources.filter(({ kind }) => kind === 'globals').map(({ name }) => name) ?? [];
  const parts = Object.entries(counts?.sources ?? {})
    .filter(([name, { produced }]) => produced > 0 && !values.includes(name))
    .map(([name, { delivered, dropped }]) => {
      const lost = Object.entries(dropped).filter(([, count]) => count > 0);
      const losses = lost.map(([place, count]) => `${count} dropped (${place})`);
      return `${name}: ${[`${delivered} delivered`, ...losses].join(', ')}`;
    });
  const reason = (status.reason ?? 'ended').replaceAll('_', ' ');
  return parts.length === 0 ? reason : `${reason}; ${escapeControls(parts.join('; '))}`;
}
