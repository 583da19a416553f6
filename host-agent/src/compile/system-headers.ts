import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Headers of the machine that programs may include. */
export const SYSTEM_HEADERS = '/usr/include';

/**
 * Changes when a package adds, replaces or removes headers: packages rename their files into place, which a folder's time tells of.
 * Two levels are looked at: those of libbpf, the kernel and libc, and what else lies directly in `folder`.
 */
export async function headersVersion(folder = SYSTEM_HEADERS): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inside = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  const times = await Promise.all(
    [folder, ...inside].map(async (path) => {
      const status = await stat(path, { bigint: true }).catch(() => undefined);
      return `${path} ${status?.mtimeNs}`;
    }),
  );
  return times.sort().join('\n');
}
