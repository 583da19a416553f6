import { basename } from 'node:path';
import type { Name } from '@probepad/protocol/values/name';
import { type Mapping, mappingAt } from './address-space.ts';
import { jitNames } from './jit-names.ts';
import { openMapped } from './mapped-file.ts';
import type { ProcessTable } from './process-table.ts';
import type { SymbolFiles } from './symbol-files.ts';
import type { SymbolReader } from './symbol-reader.ts';
import type { SymbolTable } from './symbol-table.ts';

/** Functions of processes by address. */
export interface UserSymbols {
  /** Calls `named` for each address as soon as it has a name. */
  find(
    pid: number,
    addresses: readonly bigint[],
    named: (address: bigint, name: Name) => void,
  ): Promise<void>;
}

export interface UserSymbolsOptions {
  processes: ProcessTable;
  files: SymbolFiles;
  reader(): Promise<SymbolReader | undefined>;
}

export function createUserSymbols({ processes, files, reader }: UserSymbolsOptions): UserSymbols {
  async function tableOf(pid: number, mapping: Mapping): Promise<SymbolTable | undefined> {
    // A short-lived child of a container's shell is gone, but its parent sees the same files.
    const roots = [...processes.lineage(pid).map((ancestor) => `/proc/${ancestor}/root`), ''];
    const file = await openMapped(pid, mapping, roots);
    return file === undefined ? undefined : files.tableOf(file);
  }

  async function findInFile(
    pid: number,
    mapping: Mapping,
    addresses: readonly bigint[],
    named: (address: bigint, name: Name) => void,
  ): Promise<void> {
    const table = await tableOf(pid, mapping);
    const places = addresses.map((address) => {
      const offset = address - mapping.start + mapping.offset;
      return { address, offset, found: table?.find(offset) };
    });
    const symbols = places.flatMap(({ found }) => found?.symbol ?? []);
    const plain = (await (await reader())?.demangle(symbols)) ?? symbols;
    let at = 0;
    const object = basename(mapping.path);
    const detail = table?.buildId ? `${mapping.path}, build id ${table.buildId}` : mapping.path;
    for (const { address, offset, found } of places) {
      if (found === undefined) {
        named(address, { text: `${object}+0x${offset.toString(16)}`, detail, object });
        continue;
      }
      const symbol = plain[at++] ?? found.symbol;
      named(address, { text: withOffset(symbol, found.distance), detail, symbol, object });
    }
  }

  return {
    async find(pid, addresses, named) {
      let process = await processes.look(pid);
      const isMapped = (address: bigint): boolean =>
        mappingAt(process?.mappings ?? [], address) !== undefined;
      // A library may have been loaded since.
      if (!addresses.every(isMapped)) process = await processes.look(pid, true);
      // It may have begun and ended since.
      if (!addresses.every(isMapped)) {
        await processes.settled();
        process = processes.get(pid);
      }
      const mappings = process?.mappings ?? [];
      const byMapping = Map.groupBy(addresses, (address) => mappingAt(mappings, address));
      await Promise.all(
        [...byMapping].map(async ([mapping, inside]) => {
          if (mapping === undefined) return;
          if (mapping.inode !== 0n) return findInFile(pid, mapping, inside, named);
          if (mapping.path.startsWith('[')) {
            const object = mapping.path;
            for (const address of inside) {
              named(address, { text: `${object}+0x${(address - mapping.start).toString(16)}`, object });
            }
            return;
          }
          for (const [address, { symbol, distance }] of await jitNames(pid, inside)) {
            named(address, { text: withOffset(symbol, distance), symbol, object: '[JIT]' });
          }
        }),
      );
    },
  };
}

function withOffset(symbol: string, distance: bigint): string {
  return distance === 0n ? symbol : `${symbol}+0x${distance.toString(16)}`;
}
