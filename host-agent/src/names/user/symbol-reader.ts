import { open, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Box, createBox } from '../../exec/box.ts';
import { librariesOf } from '../../exec/libraries.ts';
import { createDemangler } from './demangler.ts';
import { parseSymbols, type SymbolTable } from './symbol-table.ts';

/**
 * LLVM's readelf and c++filt in the box: they read files of strangers, so they get them on standard input and see no other, as a uid
 * of no account, without network, bounded in time, memory and output (decision 10).
 */
export interface SymbolReader {
  /** The functions of an ELF file. @returns undefined for what is no ELF file, or takes too much */
  read(descriptor: number): Promise<SymbolTable | undefined>;
  /** Names as their language writes them, in the order given; what is not mangled stays. */
  demangle(names: readonly string[]): Promise<string[]>;
}

const FILTER = '/llvm-cxxfilt';
const READELF = '/llvm-readelf';
const READ_CPU_SECONDS = 20;
/** A busy machine takes many times as long as the CPU. Who waits is answered before (NAMES_PATIENCE). */
const READ_TIMEOUT = 60_000;
/** Node's own program, with 185,000 symbols, gives 24 MB. */
const OUTPUT_MAX = 128 * 1024 * 1024;
/** What the tools are called where there are several: that of the newest release first. */
const RELEASES = ['', ...Array.from({ length: 9 }, (_, at) => `-${22 - at}`)];

/** Finds the tools. @returns undefined where LLVM is not installed */
export async function createSymbolReader(): Promise<SymbolReader | undefined> {
  const [readelf, filter] = await Promise.all([toolOnPath('llvm-readelf'), toolOnPath('llvm-cxxfilt')]);
  if (readelf === undefined || filter === undefined) return undefined;
  const [first, second] = await Promise.all([librariesOf(readelf), librariesOf(filter)]);
  const libraries = new Map([...first.binds, ...second.binds].map((bind) => [bind.target, bind]));
  const box = createBox({
    binds: [{ source: readelf, target: READELF }, { source: filter, target: FILTER }, ...libraries.values()],
    libraryFolders: [...new Set([...first.libraryFolders, ...second.libraryFolders])],
  });
  return {
    read: (descriptor) => readSymbols(box, descriptor),
    demangle: createDemangler((names) => demangle(box, names)),
  };
}

async function readSymbols(box: Box, descriptor: number): Promise<SymbolTable | undefined> {
  const whole = await listed(box, descriptor, '--symbols');
  const table = whole && (await parseSymbols(whole));
  // What a linker exports is in the whole table too: it is read where that was stripped, which saves a third of the work elsewhere.
  if (table === undefined || !table.isEmpty) return table;
  // Opened anew, for the first reader has come to its end; by the descriptor, for the path may lead elsewhere.
  await using again = await open(`/proc/self/fd/${descriptor}`);
  const exported = await listed(box, again.fd, '--dyn-syms');
  return exported === undefined ? table : parseSymbols(exported);
}

async function listed(box: Box, descriptor: number, which: string): Promise<Buffer | undefined> {
  // "-": standard input.
  const argv = [READELF, '--wide', '--program-headers', '--notes', which, '-'];
  const { broken, stdout, timedOut, overflow } = await box.run(argv, {
    binds: [],
    cwd: '/',
    stdin: descriptor,
    stdoutMax: OUTPUT_MAX,
    timeoutMs: READ_TIMEOUT,
    cpuSeconds: READ_CPU_SECONDS,
  });
  // A file that is broken half-way still gives what came before.
  return broken !== undefined || timedOut || overflow !== undefined || stdout.length === 0
    ? undefined
    : stdout;
}

/** One name a line. @returns the same where the tool gives something else */
async function demangle(box: Box, mangled: readonly string[]): Promise<string[]> {
  const { code, stdout } = await box.run([FILTER], {
    binds: [],
    cwd: '/',
    stdin: Buffer.from(`${mangled.join('\n')}\n`),
    stdoutMax: OUTPUT_MAX,
  });
  const lines = stdout.toString().split('\n');
  return code === 0 && lines.length === mangled.length + 1
    ? lines.slice(0, -1).map(withoutHash)
    : [...mangled];
}

/** Rust's older mangling ends in a hash, which means nothing to people. */
function withoutHash(name: string): string {
  return name.replace(/::h[0-9a-f]{16}$/, '');
}

async function toolOnPath(name: string): Promise<string | undefined> {
  for (const release of RELEASES) {
    for (const folder of (process.env.PATH ?? '/usr/bin:/bin').split(delimiter)) {
      if (!folder.startsWith('/')) continue;
      const path = await realpath(join(folder, `${name}${release}`)).catch(() => undefined);
      if (path !== undefined) return path;
    }
  }
  return undefined;
}
