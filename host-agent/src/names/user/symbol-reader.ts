import { constants } from 'node:fs';
import { access, open, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { type Box, createBox } from '../../exec/box.ts';
import { librariesOf } from '../../exec/libraries.ts';
import { createDemangler } from './demangler.ts';
import { readSymbolTable, type SymbolTable } from './symbol-table.ts';

/**
 * probepad-symbols (host-agent/loader/symbols) and LLVM's c++filt in the box: they read files of strangers, so they get them on
 * standard input and see no other, as a uid of no account, without network, bounded in time, memory and output (decision 10).
 */
export interface SymbolReader {
  /** The functions of an ELF file. @returns undefined for what is no ELF file, or takes too much */
  read(descriptor: number): Promise<SymbolTable | undefined>;
  /** Names as their language writes them, in the order given; what is not mangled stays. */
  demangle(names: readonly string[]): Promise<string[]>;
}

const FILTER = '/llvm-cxxfilt';
const SYMBOLS = '/probepad-symbols';
const READ_CPU_SECONDS = 5;
/** A busy machine takes many times as long as the CPU. Who waits is answered before (NAMES_PATIENCE). */
const READ_TIMEOUT = 60_000;
/** Node's own program, with 185,000 symbols, gives 12 MB. */
const OUTPUT_MAX = 128 * 1024 * 1024;
/** What the tools are called where there are several: that of the newest release first. */
const RELEASES = ['', ...Array.from({ length: 9 }, (_, at) => `-${22 - at}`)];

/**
 * Finds the tools.
 * @param loaderPath the loader, beside which its build puts probepad-symbols
 * @returns undefined where that, or LLVM, is not installed
 */
export async function createSymbolReader(loaderPath: string): Promise<SymbolReader | undefined> {
  const program = join(dirname(loaderPath), 'probepad-symbols');
  const filter = await toolOnPath('llvm-cxxfilt');
  const isThere = await access(program, constants.R_OK).then(
    () => true,
    () => false,
  );
  if (filter === undefined || !isThere) return undefined;
  const [first, second] = await Promise.all([librariesOf(program), librariesOf(filter)]);
  const libraries = new Map([...first.binds, ...second.binds].map((bind) => [bind.target, bind]));
  const box = createBox({
    binds: [{ source: filter, target: FILTER }, ...libraries.values()],
    libraryFolders: [...new Set([...first.libraryFolders, ...second.libraryFolders])],
  });
  return {
    read: (descriptor) => readSymbols(box, program, descriptor),
    demangle: createDemangler((names) => demangle(box, names)),
  };
}

async function readSymbols(box: Box, program: string, descriptor: number): Promise<SymbolTable | undefined> {
  await using tool = await open(program);
  const { code, stdout, overflow } = await box.run([SYMBOLS], {
    binds: [],
    cwd: '/',
    program: { descriptor: tool.fd, target: SYMBOLS },
    stdin: descriptor,
    stdoutMax: OUTPUT_MAX,
    timeoutMs: READ_TIMEOUT,
    cpuSeconds: READ_CPU_SECONDS,
  });
  return code === 0 && overflow === undefined ? readSymbolTable(stdout) : undefined;
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
