/** Apache Parquet, by hyparquet-writer: columns with their types, compressed, read by DuckDB, pandas, polars and Spark. */
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { ParquetWriter } from 'hyparquet-writer/src/parquet-writer.js';
import type { Value } from '../values/value.ts';
import type { FileColumn, ScalarType } from './file-column.ts';
import type { Piece, TableFile } from './table-writer.ts';

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

/** Rows of a group, which is the most that waits in memory. */
const GROUP_ROWS = 20_000;

/** How a type is stored. Source: parquet-format, LogicalTypes.md. */
const STORED: Record<ScalarType, Omit<SchemaElement, 'name'>> = {
  int8: { type: 'INT32', converted_type: 'INT_8' },
  int16: { type: 'INT32', converted_type: 'INT_16' },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  uint8: { type: 'INT32', converted_type: 'UINT_8' },
  uint16: { type: 'INT32', converted_type: 'UINT_16' },
  uint32: { type: 'INT32', converted_type: 'UINT_32' },
  uint64: { type: 'INT64', converted_type: 'UINT_64' },
  float32: { type: 'FLOAT' },
  float64: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  timestamp: {
    type: 'INT64',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' },
  },
};

export function parquetFile(columns: readonly FileColumn[]): TableFile {
  const bytes = new ByteWriter(64 * 1024);
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.flatMap(elementsOf)],
    createdBy: 'probepad',
    // Those who read a run read all of it.
    statistics: false,
  });
  let waiting: (readonly Value[])[] = [];

  function group(): void {
    if (waiting.length === 0) return;
    const columnData = columns.map(({ name }, at) => ({
      name,
      data: waiting.map((row) => row[at] ?? null),
    }));
    writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    waiting = [];
  }

  /** What was written since the last time. The writer's `offset` goes on counting from the file's beginning. */
  function taken(): Piece[] {
    const piece = bytes.getBytes().slice();
    bytes.index = 0;
    return piece.byteLength === 0 ? [] : [piece];
  }

  return {
    add(rows) {
      for (const row of rows) {
        waiting.push(row);
        if (waiting.length >= GROUP_ROWS) group();
      }
      return taken();
    },
    finish() {
      group();
      writer.finish();
      return taken();
    },
  };
}

function elementsOf({ name, type }: FileColumn): SchemaElement[] {
  if (typeof type !== 'object') return [{ name, repetition_type: 'OPTIONAL', ...STORED[type] }];
  return [
    { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', ...STORED[type.list] },
  ];
}
