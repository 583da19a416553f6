import { constants } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';

/** A larger map is not read. */
const MAP_MAX = 32 * 1024 * 1024;

/**
 * Names of code that a process made itself, from the map that runtimes write for perf(1): /tmp/perf-PID.map, lines of start and size in
 * hex, then the name. Source: linux/tools/perf/Documentation/jit-interface.txt. As perf does, only a file of the process's own user
 * is believed.
 */
export async function jitNames(
  pid: number,
  addresses: readonly bigint[],
): Promise<Map<bigint, { symbol: string; distance: bigint }>> {
  const text = await readMap(pid).catch(() => '');
  const found = new Map<bigint, { symbol: string; distance: bigint }>();
  // Code that was moved is written again, further down.
  for (const [, first, length, symbol] of text.matchAll(/^(?:0x)?([0-9a-f]{1,16}) ([0-9a-f]{1,8}) (.+)$/gm)) {
    const start = BigInt(`0x${first}`);
    const end = start + BigInt(`0x${length}`);
    for (const address of addresses) {
      if (start <= address && address < end) {
        found.set(address, { symbol: symbol as string, distance: address - start });
      }
    }
  }
  return found;
}

async function readMap(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  // Its number where it lives, in a container; its effective user.
  const own = /^NSpid:.*\t(\d+)$/m.exec(status)?.[1] ?? String(pid);
  const user = /^Uid:\t\d+\t(\d+)/m.exec(status)?.[1];
  const path = `/proc/${pid}/root/tmp/perf-${own}.map`;
  const before = await stat(path);
  if (!before.isFile() || String(before.uid) !== user) return '';
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  const { size, uid } = await file.stat();
  return size <= MAP_MAX && String(uid) === user ? file.readFile('utf8') : '';
}
