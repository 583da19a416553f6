import type { MapBatch } from '@probepad/protocol/decode';
import { coerce, type FileColumn } from '@probepad/protocol/export/file-column';
import {
  type EntryReader,
  entryReader,
  joinColumns,
  withPlace,
} from '@probepad/protocol/export/source-table';
import type { Source } from '@probepad/protocol/schema';
import type { Value } from '@probepad/protocol/values/value';
import type { Stream } from '../stream.ts';

/** Entries of a map as rows of typed columns, over all hosts: as `probepad run --format` writes one snapshot. */
export interface TypedEntries {
  columns: FileColumn[];
  total: number;
  rows(offset: number, limit: number): Value[][];
}

/** The map on one host. */
interface Member {
  stream: Stream;
  source: Source;
}

export interface EntryAt<M extends Member> {
  member: M;
  batch: MapBatch;
  row: number;
  /** CLOCK_MONOTONIC of its snapshot. */
  timeNs: bigint;
}

export function typedEntries<M extends Member>(
  members: readonly M[],
  entries: readonly EntryAt<M>[],
): TypedEntries {
  const readers = new Map<Member, EntryReader>(
    members.map((member) => [member, entryReader(member.stream.decoder.schema, member.source)]),
  );
  const own = joinColumns([...readers.values()].flatMap(({ columns }) => columns));
  return {
    columns: withPlace(own),
    total: entries.length,
    rows: (offset, limit) =>
      entries.slice(offset, offset + limit).map(({ member, batch, row, timeNs }) => {
        const { stream } = member;
        const { wall } = stream.clock;
        const reader = readers.get(member);
        const cells = reader?.cells(batch, row) ?? [];
        const values = own.map(({ name, type }) => {
          const at = reader?.columns.findIndex((column) => column.name === name) ?? -1;
          return coerce(cells[at] ?? null, type);
        });
        return [wall === undefined ? null : timeNs + wall, stream.hostName, ...values];
      }),
  };
}
