import { join } from 'node:path';
import { runOrThrow } from '../../scripts/command.mjs';

/** Compiles target.c for this machine. */
export async function buildTarget(path: string): Promise<void> {
  const source = join(import.meta.dirname, 'target.c');
  await runOrThrow('compiling the target', ['cc', '-O2', '-Wall', '-Wextra', '-Werror', source, '-o', path]);
}
