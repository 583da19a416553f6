import { basename } from 'node:path';
import type { Name } from '@probepad/protocol/values/name';
import { createAddressSpace, type Mapping, mappingAt } from './address-space.ts';
import { createDebugFiles } from './debug-files.ts';
import { createJitNames } from './jit-names.ts';
import { liveMappings, openMapped } from './mapped-file.ts';
import type { ProcessTable } from './process-table.ts';
import type { SymbolFiles } from './symbol-files.ts';
import type { SymbolReader } from './symbol-reader.ts';
import type { SymbolTable } from './symbol-table.ts';

/** Functions of processes by address. */
export interface UserSymbols {
  /**
   * Calls `named` for each address as soon as it has a name.
   * @returns whether some have to be asked for again: too many files are being read
   */
  find(
    pid: number,
    addresses: readonly bigint[],
    named: (address: bigint, name: Name) => void,
  ): Promise<boolean>;
  /** The symbols of a file that a process has mapped. */
  tableOf(pid: number, mapping: Mapping): Promise<SymbolTable | 'busy' | undefined>;
  /** Calls `named` for each offset into the file. */
  nameAll(
    table: SymbolTable | undefined,
    path: string,
    offsets: readonly bigint[],
    offsetOf: (value: bigint) => bigint,
    named: (value: bigint, name: Name) => void,
  ): Promise<void>;
}

export interface UserSymbolsOptions {
  processes: ProcessTable;
  files: SymbolFiles;
  reader(): Promise<SymbolReader | undefined>;
}

/** What runs and is no file. */
const JIT = '[JIT]';
const UNNAMED_CODE: Name = {
  text: JIT,
  detail: 'code made while the process runs, which writes no /tmp/perf-PID.map (node --perf-basic-prof does)',
  object: JIT,
};

/** What a stack holds where it was not unwound rightly. */
const NO_CODE: Name = {
  text: '[unknown]',
  detail: 'no code of the process lies here: a caller that keeps no frame pointer hides its own callers',
};

/** Mappings that are remembered with their tables, while there is room for those. */
const OPENED_MAX = 2_048;

export function createUserSymbols({ processes, files, reader }: UserSymbolsOptions): UserSymbols {
  const jitNames = createJitNames();
  const debugFiles = createDebugFiles(files);
  /** Of mappings whose file was opened once: it may have been deleted since, as what a build or a test made is. */
  const opened = new Map<string, WeakRef<SymbolTable>>();

  async function tableOf(
    pid: number,
    mapping: Mapping,
    live: () => Promise<Mapping[]>,
  ): Promise<SymbolTable | 'busy' | undefined> {
    const key = keyOf(pid, mapping, processes.get(pid)?.since);
    const known = opened.get(key)?.deref();
    if (known !== undefined) return known;
    const table = await tableFromFile(pid, mapping, live);
    if (table === undefined || table === 'busy') return table;
    opened.set(key, new WeakRef(table));
    for (const oldest of opened.keys()) {
      if (opened.size <= OPENED_MAX) break;
      opened.delete(oldest);
    }
    return table;
  }

  async function tableFromFile(
    pid: number,
    mapping: Mapping,
    live: () => Promise<Mapping[]>,
  ): Promise<SymbolTable | 'busy' | undefined> {
    // A short-lived child of a container's shell is gone, but its parent sees the same files.
    const roots = [...processes.lineage(pid).map((ancestor) => `/proc/${ancestor}/root`), ''];
    const file = await openMapped(pid, mapping, await live(), roots);
    const table = file && (await files.tableOf(file));
    return table === undefined || table === 'busy' ? table : debugFiles.completed(table, roots);
  }

  async function findInFile(
    pid: number,
    mapping: Mapping,
    live: () => Promise<Mapping[]>,
    addresses: readonly bigint[],
    named: (address: bigint, name: Name) => void,
  ): Promise<boolean> {
    const table = await tableOf(pid, mapping, live);
    if (table === 'busy') return true;
    const offsetOf = (address: bigint): bigint => address - mapping.start + mapping.offset;
    await nameAll(table, mapping.path, addresses, offsetOf, named);
    return false;
  }

  /** Names what lies at some offsets of a file. */
  async function nameAll(
    table: SymbolTable | undefined,
    path: string,
    values: readonly bigint[],
    offsetOf: (value: bigint) => bigint,
    named: (value: bigint, name: Name) => void,
  ): Promise<void> {
    const places = values.map((value) => {
      const offset = offsetOf(value);
      return { value, offset, found: table?.find(offset) };
    });
    const symbols = places.flatMap(({ found }) => found?.symbol ?? []);
    const plain = (await (await reader())?.demangle(symbols)) ?? symbols;
    let at = 0;
    const object = basename(path);
    const detail = table?.buildId ? `${path}, build id ${table.buildId}` : path;
    for (const { value, offset, found } of places) {
      if (found === undefined) {
        named(value, { text: `${object}+0x${offset.toString(16)}`, detail, object });
        continue;
      }
      const symbol = plain[at++] ?? found.symbol;
      named(value, { text: withOffset(symbol, found.distance), detail, symbol, object });
    }
  }

  return {
    tableOf: (pid, mapping) => tableOf(pid, mapping, () => liveMappings(pid)),
    nameAll,
    async find(pid, addresses, named) {
      let process = await processes.look(pid);
      const isMapped = (address: bigint): boolean =>
        process?.code !== undefined && mappingAt(process.code, address) !== undefined;
      // A library may have been loaded since.
      if (!addresses.every(isMapped)) process = await processes.look(pid, true);
      // It may have begun and ended since.
      if (!addresses.every(isMapped)) {
        await processes.settled();
        process = processes.get(pid);
      }
      const code = process?.code ?? createAddressSpace();
      const byMapping = Map.groupBy(addresses, (address) => mappingAt(code, address));
      // Once for all of them, and only if a file has to be opened.
      let reading: Promise<Mapping[]> | undefined;
      const live = (): Promise<Mapping[]> => {
        reading ??= liveMappings(pid);
        return reading;
      };
      const busy = await Promise.all(
        [...byMapping].map(async ([mapping, inside]) => {
          if (mapping === undefined) {
            // Of a process that nobody has seen, or not all of, it may be code all the same.
            if (process?.whole && code.mappings.length > 0)
              for (const address of inside) named(address, NO_CODE);
            return false;
          }
          if (mapping.inode !== 0n) return findInFile(pid, mapping, live, inside, named);
          if (mapping.path.startsWith('[')) {
            const object = mapping.path;
            for (const address of inside) {
              named(address, { text: `${object}+0x${(address - mapping.start).toString(16)}`, object });
            }
            return false;
          }
          const found = await jitNames.find(pid, inside);
          for (const address of inside) {
            const at = found.get(address);
            named(
              address,
              at
                ? { text: withOffset(at.symbol, at.distance), symbol: at.symbol, object: JIT }
                : UNNAMED_CODE,
            );
          }
          return false;
        }),
      );
      return busy.some(Boolean);
    },
  };
}

/** The very mapping: of this process since its execve(2), at this place, of this file. */
function keyOf(
  pid: number,
  { start, offset, device, inode, path }: Mapping,
  since: number | undefined,
): string {
  return `${pid} ${since} ${start} ${offset} ${device.major}:${device.minor} ${inode} ${path}`;
}

function withOffset(symbol: string, distance: bigint): string {
  return distance === 0n ? symbol : `${symbol}+0x${distance.toString(16)}`;
}
