import { lstat, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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
    await compiler.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { compiler, folder, log, [Symbol.asyncDispose]: dispose };
}

/** The outcome of a compile that has to work; fails with its messages otherwise. */
export function compiled(outcome: CompileOutcome): Extract<CompileOutcome, { ok: true }> {
  if (outcome.ok) return outcome;
  throw new Error(`${outcome.error.message}\n${JSON.stringify(outcome.diagnostics, null, 2)}`);
}

/** Folders of a compiler's cache where clang stands by, by the name of the file that it waits for. */
export async function standbyFolders(cacheDir: string, name: string): Promise<string[]> {
  const snippets = join(cacheDir, 'box/snippets');
  const found: string[] = [];
  for (const folder of await readdir(snippets)) {
    const path = join(snippets, folder);
    const status = await lstat(join(path, name)).catch(() => undefined);
    if (status?.isFIFO()) found.push(path);
  }
  return found;
}

/** @returns the folder of the one that stands by, when its clang has come as far as opening the pipe */
export async function untilStandby(cacheDir: string, name = 'probe.bpf.c'): Promise<string> {
  const end = performance.now() + 20_000;
  while (performance.now() < end) {
    const [folder] = await standbyFolders(cacheDir, name);
    if (folder !== undefined && (await sleepsInOpen(name))) return folder;
    await delay(20);
  }
  throw new Error('no compiler stands by');
}

/** Numbers of openat(2) on x86-64 and on machines with the generic table. */
const OPENAT = { x64: '257', other: '56' };

/** Whether a clang of this process sleeps in openat(2), which only a pipe without a writer makes it do. */
async function sleepsInOpen(name: string): Promise<boolean> {
  for (const pid of await below(String(process.pid))) {
    const read = (file: string): Promise<string> => readText(`/proc/${pid}/${file}`);
    const asked = (await read('cmdline')).split('\0');
    if (!asked[0]?.endsWith('/clang') || !asked.includes(name)) continue;
    const call = process.arch === 'x64' ? OPENAT.x64 : OPENAT.other;
    if (/\) S /.test(await read('stat')) && (await read('syscall')).startsWith(`${call} `)) return true;
  }
  return false;
}

/** Processes below one, which all are started by its main thread. */
async function below(pid: string): Promise<string[]> {
  const children = (await readText(`/proc/${pid}/task/${pid}/children`)).split(' ').filter(Boolean);
  return [...children, ...(await Promise.all(children.map(below))).flat()];
}

function readText(path: string): Promise<string> {
  return readFile(path, 'latin1').catch(() => '');
}
