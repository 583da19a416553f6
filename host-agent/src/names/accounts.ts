import { readFile, stat } from 'node:fs/promises';
import type { Name } from '@probepad/protocol/values/name';

/** Names of uids or gids, from the host's own file: no directory service is asked, for that could take the network. */
export interface Accounts {
  find(id: bigint): Promise<Name | undefined>;
}

/** @param path passwd(5) or group(5): the name comes first, the number third */
export function createAccounts(path: string): Accounts {
  let names = new Map<string, string>();
  let version = '';

  /** Read again when the file is another: accounts come and go while the agent runs. */
  async function refresh(): Promise<void> {
    const { mtimeNs, ino, size } = await stat(path, { bigint: true });
    const now = `${mtimeNs} ${ino} ${size}`;
    if (now === version) return;
    names = namesByNumber(await readFile(path, 'utf8'));
    version = now;
  }

  return {
    async find(id) {
      await refresh().catch(() => {
        names.clear();
        version = '';
      });
      const text = names.get(id.toString());
      return text === undefined ? undefined : { text };
    },
  };
}

/** Of several names for one number the first counts, as for getpwuid(3). */
export function namesByNumber(text: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name, , number] = line.split(':');
    if (name === undefined || name === '' || name.startsWith('#') || number === undefined) continue;
    if (/^\d+$/.test(number) && !names.has(number)) names.set(number, name);
  }
  return names;
}
