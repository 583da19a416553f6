import { openFile } from './mapped-file.ts';
import type { SymbolFiles } from './symbol-files.ts';
import { type SymbolTable, withFunctionsOf } from './symbol-table.ts';

/** Functions of files that were stripped, from the debug files that distributions keep apart. */
export interface DebugFiles {
  /**
   * The table with the functions of its debug file, where there is one.
   * @param roots where paths may begin
   * @returns 'busy' where that is still to be read
   */
  completed(table: SymbolTable, roots: readonly string[]): Promise<SymbolTable | 'busy'>;
}

/** Milliseconds until a debug file is looked for again: packages of them are installed when somebody wants names. */
const ABSENCE_KEPT = 60_000;
/** Two bytes at least: one names the folder. */
const BUILD_ID_DIGITS_MIN = 4;

export function createDebugFiles(files: SymbolFiles): DebugFiles {
  const known = new WeakMap<SymbolTable, { table: SymbolTable; until: number }>();

  async function look(table: SymbolTable, roots: readonly string[]): Promise<SymbolTable | 'busy'> {
    for (const root of roots) {
      const file = await openFile(`${root}${debugPath(table.buildId)}`, (status) => status.isFile());
      const debug = file && (await files.tableOf(file));
      if (debug === 'busy') return debug;
      // Anybody can name a file so.
      if (debug?.isWhole && debug.buildId === table.buildId) return withFunctionsOf(table, debug);
    }
    return table;
  }

  return {
    async completed(table, roots) {
      if (table.isWhole || table.buildId.length < BUILD_ID_DIGITS_MIN) return table;
      const remembered = known.get(table);
      if (remembered && remembered.until > performance.now()) return remembered.table;
      const found = await look(table, roots);
      if (found === 'busy') return found;
      const until = found === table ? performance.now() + ABSENCE_KEPT : Number.POSITIVE_INFINITY;
      known.set(table, { table: found, until });
      return found;
    },
  };
}

/** Source: the GDB manual, "Debugging Information in Separate Files"; packages of debug information put theirs there. */
function debugPath(buildId: string): string {
  return `/usr/lib/debug/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`;
}
