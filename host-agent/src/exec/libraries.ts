import { realpath } from 'node:fs/promises';
import { dirname, normalize } from 'node:path';
import type { Bind, BoxedTools } from './box.ts';
import { execute } from './execute.ts';

/** Shared libraries and the dynamic linker of a binary, as ldd(1) finds them, for a box to show. A static binary has none. */
export async function librariesOf(binary: string): Promise<BoxedTools> {
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' };
  const options = { timeoutMs: 10_000, stdoutMax: 65_536, stderrMax: 65_536 };
  const { code, stdout } = await execute({ file: 'ldd', args: [binary], env, ...options });
  const binds: Bind[] = [];
  for (const line of code === 0 ? stdout.toString().split('\n') : []) {
    const path = /(?:=>\s+|^\s*)(\/\S+)/.exec(line)?.[1];
    if (path === undefined) continue;
    binds.push({ source: await realpath(path), target: normalize(path) });
  }
  return { binds, libraryFolders: [...new Set(binds.map(({ target }) => dirname(target)))] };
}
