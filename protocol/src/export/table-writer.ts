import type { Value } from '../values/value.ts';

/** A piece of a file, in order. Text is UTF-8. */
export type Piece = string | Uint8Array<ArrayBuffer>;

/** A file of rows in the making. Each call returns what of the file is ready; what is not is bounded by the format. */
export interface TableFile {
  /** @param rows each with a value for each column, of the column's type (`coerce`) */
  add(rows: readonly (readonly Value[])[]): Piece[];
  /** The rest, without which a Parquet file can't be read. */
  finish(): Piece[];
}

/** Nanoseconds since 1970 as ISO 8601 with all nine digits, in UTC. */
export function timestampText(ns: bigint): string {
  // Rounded down, also before 1970.
  const below = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = new Date(Number((ns - below) / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(below).padStart(9, '0')}Z`;
}
