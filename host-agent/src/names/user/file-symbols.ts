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
/** Processes that one look tries for the same file: one that has ended shows its files no more. */
const TRIES_MAX = 3;
/** Bytes of a build id as the kernel hands it out: a shorter one has zeros behind it. Source: BUILD_ID_SIZE_MAX of linux/buildid.h. */
const BUILD_ID_SIZE = 20;

interface Place {
  pid: number;
  mapping: Mapping;
}

export function createFileSymbols({ processes, mayRead, symbols }: FileSymbolsOptions): FileSymbols {
  /**
   * The build ids of files by device and inode, the one read longest ago first. Anybody can write any build id into a file, so the first
   * that has one is not the only one for good.
   */
  const seen = new Map<string, string>();
  const places = new Map<string, Place>();
  /** Build ids that somebody waits for, and how many do. */
  const waiting = new Map<string, number>();
  let looking: Promise<boolean> | undefined;

  /** Files that some process has mapped, and that have not been looked into. */
  function* unseen(): Generator<Place> {
    const tries = new Map<string, number>();
    for (const [pid, { code }] of [...processes.all()]) {
      for (const mapping of code?.mappings ?? []) {
        const key = keyOf(mapping);
        const tried = tries.get(key) ?? 0;
        if (mapping.inode === 0n || seen.has(key) || tried >= TRIES_MAX) continue;
        tries.set(key, tried + 1);
        yield { pid, mapping };
      }
    }
  }

  function forget(key: string): void {
    const buildId = seen.get(key);
    seen.delete(key);
    const place = buildId === undefined ? undefined : places.get(buildId);
    if (buildId !== undefined && place && keyOf(place.mapping) === key) places.delete(buildId);
  }

  function remember(place: Place, table: SymbolTable): void {
    const key = keyOf(place.mapping);
    const buildId = padded(table.buildId);
    seen.set(key, buildId);
    if (table.buildId !== '') places.set(buildId, place);
    for (const oldest of seen.keys()) {
      if (seen.size <= FILES_MAX) break;
      forget(oldest);
    }
  }

  /** @returns whether all have been looked into; not where it ended because all that anybody waits for are found */
  async function look(): Promise<boolean> {
    const readable = new Map<number, boolean>();
    for (const place of unseen()) {
      const may = readable.get(place.pid) ?? (await mayRead(place.pid));
      readable.set(place.pid, may);
      if (!may) continue;
      const table = await symbols.tableOf(place.pid, place.mapping);
      if (table === 'busy') return false;
      if (table !== undefined) remember(place, table);
      if ([...waiting.keys()].every((buildId) => places.has(buildId))) return false;
    }
    return true;
  }

  async function tableOf(
    buildId: string,
  ): Promise<{ table: SymbolTable; path: string } | 'busy' | undefined> {
    const place = places.get(buildId);
    if (place === undefined) return undefined;
    const table = (await mayRead(place.pid)) ? await symbols.tableOf(place.pid, place.mapping) : undefined;
    if (table === 'busy') return table;
    if (table !== undefined && padded(table.buildId) === buildId) return { table, path: place.mapping.path };
    // The process has ended, or it is another file by now: another process may have it.
    if (places.get(buildId) === place) forget(keyOf(place.mapping));
    return undefined;
  }

  async function lookFor(buildId: string): Promise<boolean> {
    waiting.set(buildId, (waiting.get(buildId) ?? 0) + 1);
    try {
      looking ??= look().finally(() => {
        looking = undefined;
      });
      return await looking;
    } finally {
      const others = (waiting.get(buildId) ?? 1) - 1;
      if (others === 0) waiting.delete(buildId);
      else waiting.set(buildId, others);
    }
  }

  return {
    async find(given, offsets, named) {
      const buildId = padded(given);
      let found = await tableOf(buildId);
      if (found === undefined) {
        const whole = await lookFor(buildId);
        found = await tableOf(buildId);
        if (found === undefined) return !whole;
      }
      if (found === 'busy') return true;
      await symbols.nameAll(found.table, found.path, offsets, (offset) => offset, named);
      return false;
    },
  };
}

function padded(buildId: string): string {
  return buildId.padEnd(2 * BUILD_ID_SIZE, '0');
}

function keyOf({ device, inode }: Mapping): string {
  return `${device.major}:${device.minor} ${inode}`;
}
