import { readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Name } from '@probepad/protocol/values/name';

/** Source: linux/kdev_t.h: a dev_t inside the kernel, which is what probes see, has 20 bits of minor. */
const MINOR_BITS = 20n;

/**
 * The name of a device number: a disk or partition, a character device, or of a file system without a device where it is
 * mounted.
 */
export async function deviceName(value: bigint): Promise<Name | undefined> {
  if (value > 0xffff_ffffn) return undefined;
  const number = `${value >> MINOR_BITS}:${value & ((1n << MINOR_BITS) - 1n)}`;
  const [block, char] = await Promise.all([sysName('block', number), sysName('char', number)]);
  if (block !== undefined) return { text: block, detail: `block device ${number}` };
  const mount = mountOf(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''), number);
  if (mount !== undefined) return mount;
  return char === undefined ? undefined : { text: char, detail: `character device ${number}` };
}

/** Device mapper's own names mean more than `dm-0`. */
async function sysName(kind: 'block' | 'char', number: string): Promise<string | undefined> {
  const path = `/sys/dev/${kind}/${number}`;
  const target = await readlink(path).catch(() => undefined);
  if (target === undefined) return undefined;
  const mapped = kind === 'block' ? await readFile(`${path}/dm/name`, 'utf8').catch(() => '') : '';
  return mapped.trim() === '' ? basename(target) : mapped.trim();
}

/** Source: proc_pid_mountinfo(5). The first mount of a file system is the one that people know it by. */
export function mountOf(mountinfo: string, number: string): Name | undefined {
  for (const line of mountinfo.split('\n')) {
    const [fields, rest] = line.split(' - ');
    const [, , device, , point] = (fields ?? '').split(' ');
    if (device !== number || point === undefined) continue;
    const type = rest?.split(' ')[0] ?? '';
    const place = point.replace(/\\([0-7]{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    return { text: `${type} ${place}`, detail: `file system ${type} at ${place}, ${number}` };
  }
  return undefined;
}
