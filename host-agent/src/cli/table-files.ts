import { statSync } from 'node:fs';
import { join } from 'node:path';
import { coerce, type FileColumn } from '@probepad/protocol/export/file-column';
import { type SourceTable, sourceTable } from '@probepad/protocol/export/source-table';
import {
  isTableFormat,
  TABLE_FORMATS,
  type TableFile,
  type TableFormat,
} from '@probepad/protocol/export/table-file';
import type { Frame } from '@probepad/protocol/frames';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { escapeControls } from '@probepad/protocol/values/escape';
import type { Value } from '@probepad/protocol/values/value';
import { inferViews } from '@probepad/protocol/views/infer-views';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type Output, openFile, type Sink } from './output.ts';
import type { SessionListener } from './session.ts';
import { UsageError } from './usage.ts';

/** `--format`, `--source` and `--out` of a run. */
export interface TableOptions {
  format: TableFormat;
  source: string | undefined;
  out: { kind: 'stdout' } | { kind: 'file' | 'folder'; path: string };
}

/** What a report for people prints where only its remarks are wanted. */
export const NOWHERE: Output = {
  line: () => {},
  text: () => {},
  hasRoom: () => true,
  onRoom: () => {},
  onGone: () => {},
  flush: async () => {},
};

/** @returns undefined where no format is asked for @throws UsageError */
export function tableOptions(values: {
  format?: string | undefined;
  source?: string | undefined;
  out?: string | undefined;
  json?: boolean | undefined;
}): TableOptions | undefined {
  const { format, source, out } = values;
  if (format === undefined) {
    if (source !== undefined) throw new UsageError('--source needs --format');
    if (out !== undefined) throw new UsageError('--out needs --format');
    return undefined;
  }
  if (!isTableFormat(format)) {
    throw new UsageError(`--format ${format}: ${Object.keys(TABLE_FORMATS).join(', ')} are known`);
  }
  if (values.json) throw new UsageError('--json and --format are two forms of output: one of them');
  if (out === undefined) {
    if (format === 'parquet' && process.stdout.isTTY)
      throw new UsageError('--format parquet: a terminal can not show it; --out FILE keeps it');
    return { format, source, out: { kind: 'stdout' } };
  }
  const folder = out.endsWith('/') || (statSync(out, { throwIfNoEntry: false })?.isDirectory() ?? false);
  if (folder && statSync(out, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`--out ${out}: there is no such folder`);
  return { format, source, out: { kind: folder ? 'folder' : 'file', path: out } };
}

/** The files of one run, over all its hosts. */
export interface TableFiles {
  /** Something can't be written, or there is no such source: the run is to end. */
  readonly failed: boolean;
  /** Opens the files with the first schema that comes. */
  open(schema: ProbeSchema): void;
  add(source: string, table: SourceTable, rows: Value[][]): void;
  wants(source: string): boolean;
  hasRoom(): boolean;
  onRoom(listener: () => void): void;
  /** Ends every file and waits until it is written. */
  finish(): Promise<void>;
}

interface OpenFile {
  columns: readonly FileColumn[];
  file: TableFile;
  sink: Sink;
}

/** @param fail ends the run with this code; why has been said */
export function tableFiles(
  { format, source: wanted, out }: TableOptions,
  output: Output,
  notice: (line: string) => void,
  fail: (code: ExitCode) => void,
): TableFiles {
  const { ending, begin } = TABLE_FORMATS[format];
  const open = new Map<string, OpenFile>();
  const roomListeners: (() => void)[] = [];
  let opened = false;
  let failed = false;

  function give(code: ExitCode, line: string): void {
    if (failed) return;
    failed = true;
    notice(`probepad: ${escapeControls(line)}`);
    fail(code);
  }

  function sinkFor(source: string): Sink {
    if (out.kind === 'stdout') return output;
    const path = out.kind === 'file' ? out.path : join(out.path, `${fileName(source)}.${ending}`);
    const sink = openFile(path);
    sink.onGone((error) => give(EXIT.host, `writing ${path}: ${error.message}`));
    sink.onRoom(() => {
      for (const listener of roomListeners) listener();
    });
    return sink;
  }

  /** The sources to write, as the user named them. */
  function chosen(schema: ProbeSchema): Source[] {
    const shown = inferViews(schema).flatMap(
      ({ source }) => schema.sources.find(({ name }) => name === source) ?? [],
    );
    const names = shown.map(({ name }) => name).join(', ');
    if (wanted !== undefined) {
      const found = schema.sources.filter(({ name }) => name === wanted);
      if (found.length === 0) give(EXIT.usage, `--source ${wanted}: the program has ${names || 'none'}`);
      return found;
    }
    if (out.kind === 'folder') return shown;
    const [first, ...others] = shown;
    if (first === undefined) give(EXIT.usage, '--format: the program has nothing to write');
    else if (others.length > 0) notice(escapeControls(`writing ${first.name}; --source takes ${names}`));
    return first === undefined ? [] : [first];
  }

  return {
    get failed() {
      return failed;
    },
    open(schema) {
      if (opened) return;
      opened = true;
      try {
        for (const source of chosen(schema)) {
          const { columns } = sourceTable(schema, source);
          const sink = sinkFor(source.name);
          open.set(source.name, { columns, file: begin(columns), sink });
        }
      } catch (error) {
        give(EXIT.host, error instanceof Error ? error.message : String(error));
      }
    },
    wants: (source) => open.has(source),
    add(source, { columns }, rows) {
      const into = open.get(source);
      if (into === undefined || rows.length === 0) return;
      const fitting = fitted(rows, columns, into.columns);
      for (const piece of into.file.add(fitting)) into.sink.text(piece);
    },
    hasRoom: () => [...open.values()].every(({ sink }) => sink.hasRoom()),
    onRoom: (listener) => void roomListeners.push(listener),
    async finish() {
      for (const { file, sink } of open.values()) {
        for (const piece of file.finish()) sink.text(piece);
        // Standard output is the command's to end.
        if (out.kind !== 'stdout') await sink.flush();
      }
    },
  };
}

/** A host with another kernel may have other columns: the file's, which are the first host's, count. */
function fitted(rows: Value[][], from: readonly FileColumn[], to: readonly FileColumn[]): Value[][] {
  if (JSON.stringify(from) === JSON.stringify(to)) return rows;
  const places = to.map(({ name }) => from.findIndex((column) => column.name === name));
  return rows.map((row) => to.map(({ type }, at) => coerce(row[places[at] ?? -1] ?? null, type)));
}

/** A source's name of characters that any file system takes; a section begins with a dot, which would hide the file. */
function fileName(source: string): string {
  return source.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^\.+/, '') || 'source';
}

/** Rows into files; `remarks` says what happens beside. */
export function tableReport(files: TableFiles, remarks: SessionListener): SessionListener {
  const tables = new Map<string, Map<number, { name: string; table: SourceTable }>>();
  const offsets = new Map<string, bigint>();
  return {
    ...remarks,
    status(host, status) {
      if (status.clockOffset !== undefined) offsets.set(host, BigInt(status.clockOffset));
      remarks.status(host, status);
    },
    schema(host, schema, arch) {
      remarks.schema(host, schema, arch);
      files.open(schema);
      if (tables.has(host)) return;
      const wanted = schema.sources.filter(({ name }) => files.wants(name));
      tables.set(
        host,
        new Map(
          wanted.map((source) => [source.id, { name: source.name, table: sourceTable(schema, source) }]),
        ),
      );
    },
    frame(host, frame: Frame) {
      const found = tables.get(host)?.get(frame.header.source);
      if (found === undefined || frame.header.kind === 'log') return;
      const rows = found.table.rows(frame, { host, clockOffset: offsets.get(host) });
      files.add(found.name, found.table, rows);
    },
  };
}
