import { constants } from 'node:fs';
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { type JitMap, parseJitMap } from './jit-map.ts';

/** Names of code that processes made themselves, from the maps that runtimes write for perf(1): /tmp/perf-PID.map. */
export interface JitNames {
  find(pid: number, addresses: readonly bigint[]): Promise<Map<bigint, { symbol: string; distance: bigint }>>;
}

/** A larger map is not read. */
const MAP_MAX = 32 * 1024 * 1024;
/** Bytes that all maps take; the one that was not used for longest goes first. */
const MAPS_MAX = 128 * 1024 * 1024;
/** A map that changes all the time is read again at most this often, in milliseconds for each of its bytes: a second a MiB. */
const RE_READ_INTERVAL = 1_000 / 1024 ** 2;
/** Questions that wait until maps have been read. */
const WAITING_MAX = 64;

/** An open map; `identity` says whether it is the same, unchanged. */
export interface MapFile extends AsyncDisposable {
  identity: string;
  size: number;
  read(): Promise<Buffer>;
}

interface Kept {
  identity: string;
  map: JitMap;
  readAt: number;
}

/** @param openFile opens the map of a process; undefined where there is none that may be believed */
export function createJitNames(
  openFile: (pid: number) => Promise<MapFile | undefined> = openMap,
  now: () => number = () => performance.now(),
): JitNames {
  const maps = new Map<number, Kept>();
  let bytes = 0;
  let waiting = 0;
  /** One map is read at a time. */
  let last: Promise<unknown> = Promise.resolve();

  function forget(pid: number): void {
    bytes -= maps.get(pid)?.map.size ?? 0;
    maps.delete(pid);
  }

  function keep(pid: number, kept: Kept): void {
    forget(pid);
    maps.set(pid, kept);
    bytes += kept.map.size;
    for (const oldest of maps.keys()) {
      if (bytes <= MAPS_MAX || oldest === pid) break;
      forget(oldest);
    }
  }

  async function current(pid: number): Promise<JitMap | undefined> {
    await using file = await openFile(pid).catch(() => undefined);
    const known = maps.get(pid);
    if (file === undefined || file.size > MAP_MAX) {
      forget(pid);
      return undefined;
    }
    if (known !== undefined) {
      const { identity, map, readAt } = known;
      if (identity === file.identity || now() - readAt < map.size * RE_READ_INTERVAL) {
        keep(pid, known);
        return map;
      }
    }
    const map = await parseJitMap(await file.read());
    keep(pid, { identity: file.identity, map, readAt: now() });
    return map;
  }

  return {
    async find(pid, addresses) {
      const found = new Map<bigint, { symbol: string; distance: bigint }>();
      if (waiting >= WAITING_MAX) return found;
      waiting++;
      const mine = last.then(() => current(pid)).finally(() => waiting--);
      last = mine.catch(() => {});
      const map = await mine.catch(() => undefined);
      for (const address of addresses) {
        const name = map?.find(address);
        if (name !== undefined) found.set(address, name);
      }
      return found;
    },
  };
}

/** As perf does, only a file of the process's own user is believed. */
async function openMap(pid: number): Promise<MapFile | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  // Its number where it lives, in a container; its effective user.
  const own = /^NSpid:.*\t(\d+)$/m.exec(status)?.[1] ?? String(pid);
  const user = /^Uid:\t\d+\t(\d+)/m.exec(status)?.[1];
  const path = `/proc/${pid}/root/tmp/perf-${own}.map`;
  const before = await stat(path);
  if (!before.isFile() || String(before.uid) !== user) return undefined;
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const { dev, ino, mtimeNs, ctimeNs, size, uid } = await handle.stat({ bigint: true });
    if (String(uid) === user) {
      const identity = `${dev}:${ino}:${mtimeNs}:${ctimeNs}:${size}`;
      return {
        identity,
        size: Number(size),
        // It may grow meanwhile.
        read: () => readAtMost(handle, Number(size)),
        [Symbol.asyncDispose]: () => handle.close(),
      };
    }
  } catch {
    // Gone meanwhile.
  }
  await handle.close();
  return undefined;
}

async function readAtMost(handle: FileHandle, max: number): Promise<Buffer> {
  const text = Buffer.allocUnsafe(max);
  let length = 0;
  while (length < max) {
    const { bytesRead } = await handle.read(text, length, max - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return text.subarray(0, length);
}
