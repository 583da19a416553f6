import { readFile } from 'node:fs/promises';
import type { Accounts } from './accounts.ts';

/** Whose processes may have their files read for symbols. */
export interface ProcessOwners {
  users: Accounts;
  /** Globs of account names, or uids; `*` alone asks for nobody's name. */
  allowed: readonly string[];
}

/** Whether the policy lets the symbols of a process be told. One whose owner can't be seen any more is nobody's. */
export async function mayRead({ users, allowed }: ProcessOwners, pid: number): Promise<boolean> {
  if (allowed.includes('*')) return true;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const uid = /^Uid:\t(\d+)/m.exec(status)?.[1];
  if (uid === undefined) return false;
  const name = (await users.find(BigInt(uid)))?.text;
  return allowed.some((glob) => glob === uid || (name !== undefined && matches(glob, name)));
}

function matches(glob: string, text: string): boolean {
  const pattern = glob.replace(/[.*+?^${}()|[\]\\]/g, (char) =>
    char === '*' ? '.*' : char === '?' ? '.' : `\\${char}`,
  );
  return new RegExp(`^${pattern}$`, 's').test(text);
}
