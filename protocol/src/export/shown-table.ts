/** A table as it is on screen, as files that other programs read. */
import type { Value } from '../values/value.ts';
import { csvLine, PLAIN_NUMBER } from './csv.ts';
import type { ScalarType } from './file-column.ts';

export interface ExportedTable {
  columns: readonly ExportedColumn[];
  rows: readonly ExportedRow[];
}

export interface ExportedColumn {
  name: string;
  /** A cell of a number column that is a plain number becomes one in JSON. */
  align: 'text' | 'number';
  /** Tells columns of one name apart; absent: one of what the program itself wrote. */
  role?: ColumnRole;
  /** What a file with types holds in it; absent: the text that is shown. */
  stored?: ScalarType;
}

export type ColumnRole = 'time' | 'host' | 'field' | 'key' | 'rate' | 'trend' | 'aggregate';

export interface ExportedRow {
  cells: readonly string[];
  /** What the cells were written from, for files with types; absent: they say all of it. */
  values?: readonly Value[];
  /** In place of cells: what is missing here. */
  gap?: string | undefined;
}

/** A file of such a table in the making. */
export interface ShownFile {
  add(rows: readonly ExportedRow[]): string[];
  finish(): string[];
}

export const SHOWN_FORMATS = {
  csv: { label: 'CSV', ending: 'csv', type: 'text/csv', begin: shownCsv },
  jsonl: { label: 'JSON lines', ending: 'jsonl', type: 'application/jsonl', begin: shownJsonLines },
} as const satisfies Record<
  string,
  { label: string; ending: string; type: string; begin(columns: readonly ExportedColumn[]): ShownFile }
>;
export type ShownFormat = keyof typeof SHOWN_FORMATS;

/** The whole file of a table, in pieces. */
export function shownText(format: ShownFormat, { columns, rows }: ExportedTable): string[] {
  const file = SHOWN_FORMATS[format].begin(columns);
  return [...file.add(rows), ...file.finish()];
}

/** The head and a line for each row; `csvLine` sees to it that no cell runs as a formula. */
function shownCsv(columns: readonly ExportedColumn[]): ShownFile {
  let begun = false;
  const head = (): string[] => {
    if (begun) return [];
    begun = true;
    return [csvLine(distinctNames(columns))];
  };
  return {
    add: (rows) => [
      ...head(),
      ...rows.map(({ cells, gap }) =>
        csvLine(columns.map((_, at) => (gap === undefined ? (cells[at] ?? '') : at === 0 ? gap : ''))),
      ),
    ],
    finish: head,
  };
}

/** One JSON object a line, members named as the columns; `{"gap": …}` where records are missing. */
function shownJsonLines(columns: readonly ExportedColumn[]): ShownFile {
  const names = distinctNames(columns);
  return {
    add: (rows) =>
      rows.map(({ cells, gap }) => {
        const members = columns.map(({ align }, at) => [names[at], jsonValue(cells[at] ?? '', align)]);
        return `${JSON.stringify(gap === undefined ? Object.fromEntries(members) : { gap })}\n`;
      }),
    finish: () => [],
  };
}

/** Integers beyond 2^53 stay text, as on the command line. */
function jsonValue(text: string, align: ExportedColumn['align']): string | number {
  if (align === 'text' || !PLAIN_NUMBER.test(text)) return text;
  const number = Number(text);
  return String(number) === text ? number : text;
}

/** What a column is called when another has its name. */
const BY_ROLE: Record<ColumnRole, (name: string) => string> = {
  time: () => 'frame time',
  host: () => 'frame host',
  key: (name) => `key.${name}`,
  rate: () => 'rate',
  trend: () => 'trend',
  aggregate: (name) => `group ${name}`,
  field: (name) => name,
};

/** What heads each column on screen, no two alike: what the program's author calls it, else its name. */
export function headingsOf(
  columns: readonly (Pick<ExportedColumn, 'name' | 'role'> & { label?: string | undefined })[],
): string[] {
  return distinctNames(
    columns.map(({ name, label, role }) => ({ name: label ?? name, ...(role && { role }) })),
  );
}

/** A name for each column, no two alike, for programs find a column by its name. A field of the program keeps its own. */
export function distinctNames(columns: readonly Pick<ExportedColumn, 'name' | 'role'>[]): string[] {
  const all = columns.map(({ name }) => name);
  const shared = (name: string): boolean => all.indexOf(name) !== all.lastIndexOf(name);
  const taken = new Set<string>();
  return columns.map(({ name, role = 'field' }) => {
    const base = shared(name) ? BY_ROLE[role](name) : name;
    let distinct = base;
    // A nested struct may have named its member just so.
    for (let next = 2; taken.has(distinct) || (distinct !== name && all.includes(distinct)); next++) {
      distinct = `${base} (${next})`;
    }
    taken.add(distinct);
    return distinct;
  });
}
