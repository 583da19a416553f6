import type { NamesAsked, NamesFound } from '@probepad/protocol/control/names';
import { MESSAGE_MAX, NAME_DETAIL_MAX, NAME_TEXT_MAX, NAMES_PATIENCE } from '@probepad/protocol/limits';
import type { Name, NameKind } from '@probepad/protocol/values/name';
import { createAccounts } from './accounts.ts';
import { createCgroups } from './cgroups.ts';
import { containerNames } from './container-names.ts';
import { deviceName } from './devices.ts';
import { createKernelSymbols, symbolFiles } from './kernel-symbols.ts';
import { createMapNames, type MapNames } from './map-names.ts';
import { isInFirst } from './namespaces.ts';
import { mayRead, type ProcessOwners } from './process-owners.ts';
import { createFileSymbols } from './user/file-symbols.ts';
import { createProcessTable } from './user/process-table.ts';
import { createProcessWatch } from './user/process-watch.ts';
import { createSymbolFiles } from './user/symbol-files.ts';
import { createSymbolReader, type SymbolReader } from './user/symbol-reader.ts';
import { createUserSymbols } from './user/user-symbols.ts';

/** What this machine calls the numbers that probes send. */
export interface Names {
  /** What has a name. After NAMES_PATIENCE it answers with what it has, and says that `more` may come. */
  resolve(asked: readonly NamesAsked[]): Promise<{ names: NamesFound; more?: boolean }>;
  /**
   * A run goes on that sends process ids or addresses: processes are noted, so that they have names when they are gone.
   * @returns to be called at its end
   */
  watch(): () => void;
  /** A run has these maps. */
  addMaps: MapNames['add'];
  close(): void;
}

export interface NamesOptions {
  loaderPath: string;
  /** Where the host's own files begin: empty, or where a container has them. */
  hostRoot: string;
  /** Root of the cgroup v2 hierarchy. */
  cgroupRoot: string | undefined;
  /** Of the policy: whether names are told at all, and of whose processes the symbols are. */
  allowed: { names: boolean; userSymbols: readonly string[] };
  log(line: string): void;
}

export function createNames(options: NamesOptions): Names {
  const { hostRoot, cgroupRoot, allowed, loaderPath, log } = options;
  const users = createAccounts(`${hostRoot}/etc/passwd`);
  const groups = createAccounts(`${hostRoot}/etc/group`);
  const kernel = createKernelSymbols(symbolFiles(loaderPath));
  const cgroups = createCgroups(cgroupRoot, containerNames(hostRoot));
  const maps = createMapNames();
  const processes = createProcessTable();
  let reader: Promise<SymbolReader | undefined> | undefined;
  const theReader = (): Promise<SymbolReader | undefined> => {
    reader ??= createSymbolReader(loaderPath);
    return reader;
  };
  const userSymbols = createUserSymbols({
    processes,
    files: createSymbolFiles(theReader),
    reader: theReader,
  });
  const owners: ProcessOwners = { users, allowed: allowed.userSymbols };
  const files = createFileSymbols({
    processes,
    mayRead: (pid) => mayRead(owners, pid),
    symbols: userSymbols,
  });
  const watch = createProcessWatch({
    loaderPath,
    begins: () => void processes.watchBegins().catch((error: unknown) => log(`processes: ${error}`)),
    ends: () => processes.watchEnds(),
    record: processes.take,
    log,
  });

  async function findOne(
    kind: Exclude<NameKind, 'user_symbol' | 'file_symbol'>,
    value: bigint,
  ): Promise<Name | undefined> {
    switch (kind) {
      case 'kernel_symbol':
        return kernel.find(value);
      case 'user':
        return (await isInFirst('user')) ? users.find(value) : undefined;
      case 'group':
        return (await isInFirst('user')) ? groups.find(value) : undefined;
      case 'cgroup':
        return cgroups.find(value);
      case 'device':
        return deviceName(value);
      case 'map':
        return maps.find(value);
      case 'process': {
        if (!(await isInFirst('pid')) || value === 0n || value > 0x7fff_ffffn) return undefined;
        const pid = Number(value);
        let name = (await processes.look(pid))?.name;
        if (name === undefined) {
          await processes.settled();
          name = processes.get(pid)?.name;
        }
        return name === undefined ? undefined : { text: name };
      }
    }
  }

  /** @returns whether there is more to be told later */
  async function find(
    { kind, pid, buildId, values }: NamesAsked,
    named: (value: bigint, name: Name) => void,
  ): Promise<boolean> {
    const wanted = [...new Set(values)].map(BigInt);
    if (kind === 'file_symbol') {
      return buildId !== undefined && files.find(buildId, wanted, named);
    }
    if (kind !== 'user_symbol') {
      await Promise.all(
        wanted.map(async (value) => {
          const name = await findOne(kind, value);
          if (name !== undefined) named(value, name);
        }),
      );
      return false;
    }
    if (pid === undefined || !(await isInFirst('pid')) || !(await mayRead(owners, pid))) return false;
    return userSymbols.find(pid, wanted, named);
  }

  return {
    async resolve(asked) {
      const names: NamesFound = [];
      if (!allowed.names) return { names };
      let room = ANSWER_MAX;
      let over = false;
      const work = asked.map(async (one) => {
        const { kind, pid, buildId } = one;
        return find(one, (value, name) => {
          if (over) return;
          const owner = { ...(pid !== undefined && { pid }), ...(buildId !== undefined && { buildId }) };
          const entry = { kind, ...owner, value: value.toString(), ...cut(name) };
          room -= Buffer.byteLength(JSON.stringify(entry)) + 1;
          if (room >= 0) names.push(entry);
        });
      });
      const finished = Promise.all(work).then((all) => all.some(Boolean));
      const more = await Promise.race([finished, patience()]);
      over = true;
      finished.catch((error: unknown) => log(`names: ${error}`));
      return more || room < 0 ? { names, more: true } : { names };
    },
    watch() {
      void cgroups.walk();
      return watch.hold();
    },
    addMaps: maps.add,
    close: watch.end,
  };
}

/** The reply's own words need some of a message too. */
const ANSWER_MAX = MESSAGE_MAX - 1024;

function patience(): Promise<true> {
  return new Promise((resolve) => setTimeout(resolve, NAMES_PATIENCE, true as const).unref());
}

function cut({ text, detail, symbol, object }: Name): Name {
  return {
    text: shortened(text, NAME_TEXT_MAX),
    ...(detail !== undefined && { detail: shortened(detail, NAME_DETAIL_MAX) }),
    ...(symbol !== undefined && { symbol: shortened(symbol, NAME_TEXT_MAX) }),
    ...(object !== undefined && { object: shortened(object, NAME_DETAIL_MAX) }),
  };
}

function shortened(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
