import { readFile } from 'node:fs/promises';

/** Where file systems of a type are mounted, in the order of proc(5) mounts. */
export async function mountsOfType(type: string): Promise<string[]> {
  const rows = (await readFile('/proc/self/mounts', 'utf8')).split('\n');
  return rows.flatMap((row) => {
    const [, folder = '', found] = row.split(' ');
    // fstab(5): space, tab, newline and backslash stand as octal numbers.
    const path = folder.replace(/\\([0-7]{3})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    );
    return found === type ? [path] : [];
  });
}
