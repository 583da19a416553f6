import { coerce, type FileColumn } from '@probepad/protocol/export/file-column';
import { type SourceTable, sourceTable } from '@probepad/protocol/export/source-table';
import { TABLE_FORMATS, type TableFile, type TableFormat } from '@probepad/protocol/export/table-file';
import type { Frame } from '@probepad/protocol/frames';
import type { ProbeSchema } from '@probepad/protocol/schema';
import type { Value } from '@probepad/protocol/values/value';
import { inferViews } from '@probepad/protocol/views/infer-views';
import { EXIT } from './exit-code.ts';
import type { Sink } from './output.ts';
import type { Places, ResultFiles } from './result-files.ts';
import type { SessionListener } from './session.ts';

/** The files of rows of one run, over all its hosts. */
interface TableFiles {
  /** Opens the files with the first schema that comes. */
  open(schema: ProbeSchema): void;
  add(source: string, table: SourceTable, rows: Value[][]): void;
  wants(source: string): boolean;
  finish(): Promise<void>;
}

interface OpenFile {
  columns: readonly FileColumn[];
  file: TableFile;
  sink: Sink;
}

/** The rows of a run, written as they come. */
export function tableFiles(format: TableFormat, places: Places): ResultFiles {
  const files = openTables(format, places);
  return {
    get failed() {
      return places.failed;
    },
    report: (remarks) => tableReport(files, remarks),
    hasRoom: places.hasRoom,
    onRoom: places.onRoom,
    finish: files.finish,
  };
}

function openTables(format: TableFormat, places: Places): TableFiles {
  const { ending, begin } = TABLE_FORMATS[format];
  const open = new Map<string, OpenFile>();
  let opened = false;

  return {
    open(schema) {
      if (opened) return;
      opened = true;
      const shown = inferViews(schema).flatMap(
        ({ source }) => schema.sources.find(({ name }) => name === source) ?? [],
      );
      if (shown.length === 0) places.give(EXIT.usage, '--format: the program has nothing to write');
      try {
        for (const source of places.chosen(shown, schema.sources)) {
          const { columns } = sourceTable(schema, source);
          const sink = places.sinkFor(source.name, ending);
          open.set(source.name, { columns, file: begin(columns), sink });
        }
      } catch (error) {
        places.give(EXIT.host, error instanceof Error ? error.message : String(error));
      }
    },
    wants: (source) => open.has(source),
    add(source, { columns }, rows) {
      const into = open.get(source);
      if (into === undefined || rows.length === 0) return;
      const fitting = fitted(rows, columns, into.columns);
      for (const piece of into.file.add(fitting)) into.sink.text(piece);
    },
    async finish() {
      for (const { file, sink } of open.values()) {
        for (const piece of file.finish()) sink.text(piece);
      }
      await places.flush();
    },
  };
}

/** A host with another kernel may have other columns: the file's, which are the first host's, count. */
function fitted(rows: Value[][], from: readonly FileColumn[], to: readonly FileColumn[]): Value[][] {
  if (JSON.stringify(from) === JSON.stringify(to)) return rows;
  const places = to.map(({ name }) => from.findIndex((column) => column.name === name));
  return rows.map((row) => to.map(({ type }, at) => coerce(row[places[at] ?? -1] ?? null, type)));
}

function tableReport(files: TableFiles, remarks: SessionListener): SessionListener {
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
