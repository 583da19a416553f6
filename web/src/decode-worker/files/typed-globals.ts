import { coerce } from '@probepad/protocol/export/file-column';
import { joinColumns, sourceTable, withPlace } from '@probepad/protocol/export/source-table';
import type { Frame } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import type { Stream } from '../stream.ts';
import type { TypedEntries } from './typed-entries.ts';

/** Time and host stand before the variables. */
const PLACES = 2;

/** The variables of a section as columns, with a row for each host: as `probepad run --format` writes one moment. */
export function typedGlobals(
  members: readonly { stream: Stream; source: Source; frame: Frame }[],
): TypedEntries {
  const tables = members.map((member) => ({
    ...member,
    table: sourceTable(member.stream.decoder.schema, member.source),
  }));
  const own = joinColumns(tables.flatMap(({ table }) => table.columns.slice(PLACES)));
  const rows = tables.flatMap(({ stream, frame, table: { columns, rows: rowsOf } }) =>
    rowsOf(frame, { host: stream.hostName, clockOffset: stream.clock.wall }).map((row) => [
      ...row.slice(0, PLACES),
      ...own.map(({ name, type }) => {
        const at = columns.findIndex((column) => column.name === name);
        return coerce(row[at] ?? null, type);
      }),
    ]),
  );
  return {
    columns: withPlace(own),
    total: rows.length,
    rows: (offset, limit) => rows.slice(offset, offset + limit),
  };
}
