import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type Mapping, parseMaps } from './address-space.ts';

/** An open file that a process has mapped. */
export interface MappedFile {
  handle: FileHandle;
  /** Says whether two files are the same, unchanged. */
  identity: string;
  size: number;
}

/** Of a longer list the rest is not read: paths of 4 KiB make one of 270 MiB. */
const MAPS_MAX = 8 * 1024 * 1024;
/** The kernel gives a page or so at a time. */
const PIECE = 64 * 1024;

/**
 * Opens the very file that is mapped, never another that has its name by now or seen from here. The kernel's own link to the mapping
 * is exact, but takes CAP_CHECKPOINT_RESTORE and a process that lives; a path counts only if device and inode are the mapping's.
 * Source: proc_pid_map_files(5).
 * @param live what the process has mapped now
 * @param roots where the process's paths may begin: its own root, an ancestor's, this process's
 */
export async function openMapped(
  pid: number,
  mapping: Mapping,
  live: readonly Mapping[],
  roots: readonly string[],
): Promise<MappedFile | undefined> {
  if (mapping.inode === 0n || !mapping.path.startsWith('/')) return undefined;
  // Another process may have the number by now.
  if (live.some((each) => isSame(each, mapping))) {
    const link = `/proc/${pid}/map_files/${mapping.start.toString(16)}-${mapping.end.toString(16)}`;
    // Overlays tell another device by stat(2) than the mapping's: the link needs no comparison.
    const exact = await openFile(link, (status) => status.isFile());
    if (exact !== undefined) return exact;
  }
  for (const root of roots) {
    const found = await openFile(`${root}${mapping.path}`, (status) => isMapped(status, mapping));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Empty for a process that is gone, or that this one may not look into. */
export async function liveMappings(pid: number): Promise<Mapping[]> {
  const pieces: Buffer[] = [];
  try {
    await using file = await open(`/proc/${pid}/maps`);
    for (let left = MAPS_MAX; left > 0; ) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(Math.min(left, PIECE)), 0);
      if (bytesRead === 0) break;
      pieces.push(Buffer.from(buffer.subarray(0, bytesRead)));
      left -= bytesRead;
    }
  } catch {
    return [];
  }
  const text = Buffer.concat(pieces).toString('latin1');
  return parseMaps(text.slice(0, text.lastIndexOf('\n') + 1));
}

function isSame(a: Mapping, b: Mapping): boolean {
  return (
    a.start === b.start &&
    a.end === b.end &&
    a.inode === b.inode &&
    a.device.major === b.device.major &&
    a.device.minor === b.device.minor
  );
}

/** Opens a regular file. @returns undefined where there is none that is wanted, or this process may not read it */
export async function openFile(
  path: string,
  isWanted: (status: BigIntStats) => boolean,
): Promise<MappedFile | undefined> {
  let handle: FileHandle | undefined;
  try {
    // Opening a device does something, and a process chooses what its paths lead to.
    if (!isWanted(await stat(path, { bigint: true }))) return undefined;
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const status = await handle.stat({ bigint: true });
    if (isWanted(status)) {
      const { dev, ino, size, mtimeNs, ctimeNs } = status;
      return { handle, identity: `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`, size: Number(size) };
    }
  } catch {
    // Gone, or not for this process.
  }
  await handle?.close();
  return undefined;
}

/** glibc's makedev(3), which stat(2) uses: the minor's lower 8 bits, 12 bits of major, the rest of the minor. */
export function deviceNumber(major: number, minor: number): bigint {
  return (BigInt(minor) & 0xffn) | ((BigInt(major) & 0xfffn) << 8n) | ((BigInt(minor) & ~0xffn) << 12n);
}

function isMapped(status: BigIntStats, { device, inode }: Mapping): boolean {
  return status.isFile() && status.ino === inode && status.dev === deviceNumber(device.major, device.minor);
}
