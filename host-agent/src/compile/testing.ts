import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompileOutcome, type Compiler, createCompiler } from './compiler.ts';

/** Where the build puts the loader; tests work without it (vmlinux.h comes from bpftool then). */
export const LOADER = join(import.meta.dirname, '../../loader/build/probepad-loader');

/** A compiler with a cache folder of its own, for tests; disposing it closes it and deletes the folder. */
export async function testCompiler({
  standby = false,
} = {}): Promise<{ compiler: Compiler; folder: string; log: string[] } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'probepad-compile-'));
  const log: string[] = [];
  const compiler = await createCompiler({
    cacheDir: folder,
    loaderPath: LOADER,
    standby,
    log: (line) => log.push(line),
  });
  const dispose = async (): Promise<void> => {
    // The precompiled header is written in the background.
    await compiler.ready;
    compiler.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { compiler, folder, log, [Symbol.asyncDispose]: dispose };
}

/** The outcome of a compile that has to work; fails with its messages otherwise. */
export function compiled(outcome: CompileOutcome): Extract<CompileOutcome, { ok: true }> {
  if (outcome.ok) return outcome;
  throw new Error(`${outcome.error.message}\n${JSON.stringify(outcome.diagnostics, null, 2)}`);
}
