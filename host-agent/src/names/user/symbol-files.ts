import type { MappedFile } from './mapped-file.ts';
import type { SymbolReader } from './symbol-reader.ts';
import type { SymbolTable } from './symbol-table.ts';

/** Symbol tables of files, each read once for all processes that map it. */
export interface SymbolFiles {
  /**
   * The table of a file, which is closed here. Undefined where it has none, or is too large.
   * Known by the file itself, not by its build id: anybody can write another's build id into a file.
   */
  tableOf(file: MappedFile): Promise<SymbolTable | 'busy' | undefined>;
}

/** A larger file is not read: the reader takes three times its size of memory. */
export const FILE_MAX = 256 * 1024 * 1024;
/** Bytes that all tables take; the one that was not used for longest goes first. */
const TABLES_MAX = 192 * 1024 * 1024;
const TABLES_COUNT_MAX = 2_048;
/** A file that gave no table is tried again after this many milliseconds: the machine may have been too busy. */
const FAILURE_KEPT = 300_000;
/** Readers at work at a time, and files that wait for one, each held open: of more it is said that they have to wait. */
const READERS = 2;
const WAITING_MAX = 64;

export function createSymbolFiles(reader: () => Promise<SymbolReader | undefined>): SymbolFiles {
  const tables = new Map<string, { table: SymbolTable | undefined; size: number; until: number }>();
  const reading = new Map<string, Promise<SymbolTable | undefined>>();
  const waiting: (() => void)[] = [];
  let atWork = 0;
  let bytes = 0;

  function keep(identity: string, table: SymbolTable | undefined): void {
    const size = table?.size ?? 100;
    bytes += size - (tables.get(identity)?.size ?? 0);
    const until = table === undefined ? performance.now() + FAILURE_KEPT : Number.POSITIVE_INFINITY;
    tables.set(identity, { table, size, until });
    for (const [oldest, { size: freed }] of tables) {
      if ((bytes <= TABLES_MAX && tables.size <= TABLES_COUNT_MAX) || oldest === identity) break;
      tables.delete(oldest);
      bytes -= freed;
    }
  }

  async function turn(): Promise<void> {
    if (atWork < READERS) atWork++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function done(): void {
    const next = waiting.shift();
    if (next === undefined) atWork--;
    else next();
  }

  async function read({ handle, identity, size }: MappedFile): Promise<SymbolTable | undefined> {
    await turn();
    try {
      const table = size > FILE_MAX ? undefined : await (await reader())?.read(handle.fd);
      keep(identity, table);
      return table;
    } finally {
      done();
      await handle.close();
    }
  }

  return {
    async tableOf(file) {
      const { identity, handle } = file;
      const remembered = tables.get(identity);
      const known = remembered && remembered.until > performance.now() ? remembered : undefined;
      const under = reading.get(identity);
      if (known !== undefined || under !== undefined || waiting.length >= WAITING_MAX) {
        await handle.close();
        if (known === undefined) return under ?? 'busy';
        tables.delete(identity);
        tables.set(identity, known);
        return known.table;
      }
      const result = read(file).finally(() => reading.delete(identity));
      reading.set(identity, result);
      return result;
    },
  };
}
