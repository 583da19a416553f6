import type { Name } from '@probepad/protocol/values/name';
import type { Mapping } from './address-space.ts';
import type { ProcessTable } from './process-table.ts';
import type { SymbolTable } from './symbol-table.ts';
import type { UserSymbols } from './user-symbols.ts';

/** Functions of files by build id, as far as some process has the file mapped. */
export interface FileSymbols {
  /**
   * Calls `named` for each offset as soon as it has a name.
   * @returns whether some have to be asked for again: files are still being read
   */
  find(
    buildId: string,
    offsets: readonly bigint[],
    named: (offset: bigint, name: Name) => void,
  ): Promise<boolean>;
}

export interface FileSymbolsOptions {
  processes: ProcessTable;
  /** Whether the symbols of a process's files may be told. */
  mayRead(pid: number): Promise<boolean>;
  symbols: Pick<UserSymbols, 'tableOf' | 'nameAll'>;
}

/** Files whose build ids are remembered; a file is looked into for its own once. */
const FILES_MAX = 4_096;

interface Place {
  pid: number;
  mapping: Mapping;
}

export function createFileSymbols({ processes, mayRead, symbols }: FileSymbolsOptions): FileSymbols {
  /** By device and inode. Anybody can write any build id into a file, so the first that has one is not the only one for good. */
  const seen = new Set<string>();
  const places = new Map<string, Place>();
  let looking: Promise<boolean> | undefined;

  /** Files that some process has mapped, and that have not been looked into. */
  function* unseen(): Generator<Place> {
    for (const [pid, { code }] of [...processes.all()]) {
      for (const mapping of code?.mappings ?? []) {
        if (mapping.inode !== 0n && !seen.has(keyOf(mapping))) yield { pid, mapping };
      }
    }
  }

  /** @returns whether all have been looked into */
  async function look(): Promise<boolean> {
    if (seen.size > FILES_MAX) {
      seen.clear();
      places.clear();
    }
    for (const place of unseen()) {
      if (!(await mayRead(place.pid))) continue;
      const table = await symbols.tableOf(place.pid, place.mapping);
      if (table === 'busy') return false;
      seen.add(keyOf(place.mapping));
      if (table?.buildId) places.set(table.buildId, place);
    }
    return true;
  }

  async function tableOf(buildId: string): Promise<{ table: SymbolTable; path: string } | undefined> {
    const place = places.get(buildId);
    if (place === undefined || !(await mayRead(place.pid))) return undefined;
    const table = await symbols.tableOf(place.pid, place.mapping);
    // It may be another file by now.
    return typeof table === 'object' && table.buildId === buildId
      ? { table, path: place.mapping.path }
      : undefined;
  }

  return {
    async find(buildId, offsets, named) {
      let found = await tableOf(buildId);
      if (found === undefined) {
        looking ??= look().finally(() => {
          looking = undefined;
        });
        const whole = await looking;
        found = await tableOf(buildId);
        if (found === undefined) return !whole;
      }
      await symbols.nameAll(found.table, found.path, offsets, (offset) => offset, named);
      return false;
    },
  };
}

function keyOf({ device, inode }: Mapping): string {
  return `${device.major}:${device.minor} ${inode}`;
}
