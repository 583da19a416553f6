import { access, readdir, realpath } from 'node:fs/promises';
import { arch, machine } from 'node:os';
import { delimiter, join, normalize } from 'node:path';
import { fail } from '@probepad/protocol/errors';
import type { BoxedTools } from '../exec/box.ts';
import { type ExecuteResult, execute } from '../exec/execute.ts';
import { librariesOf } from '../exec/libraries.ts';

/** BTF line info and `-mcpu=v3` as probes need them came with this release. */
export const CLANG_OLDEST = 14;
const CLANG_NEWEST = 22;

/** `binds`: all that clang needs to start: itself, its libraries and its headers. */
export type Toolchain = BoxedTools & {
  /** The clang binary, links resolved. */
  clang: string;
  /** As `clang --version` says it: `16.0.6`. */
  version: string;
  /** Folder of the headers that belong to the compiler itself. */
  resourceHeaders: string;
  /** Folders of <asm/…> besides /usr/include: Debian keeps them under the machine's multiarch name. */
  archHeaders: string[];
};

/**
 * Finds the newest clang of this machine (14 or newer; `clang` itself and `clang-14` … `clang-22` on PATH) or takes
 * the one given, and lists what has to be visible for it to run. Fails with `no_compiler`.
 */
export async function findToolchain(given?: string): Promise<Toolchain> {
  const candidates = given === undefined ? await clangsOnPath() : [given];
  let newest: { clang: string; version: string; major: number } | undefined;
  for (const candidate of candidates) {
    const version = await versionOf(candidate);
    if (version === undefined) continue;
    const major = Number.parseInt(version, 10);
    if (major >= CLANG_OLDEST && major > (newest?.major ?? 0)) newest = { clang: candidate, version, major };
  }
  if (newest === undefined) {
    fail('no_compiler', `looking for clang ${CLANG_OLDEST} or newer: none found`);
  }
  const clang = await realpath(newest.clang);
  const resource = await ask(clang, ['-print-resource-dir']);
  const resourceHeaders = normalize(join(resource.stdout.toString().trim(), 'include'));
  const libraries = await librariesOf(clang);
  return {
    clang,
    version: newest.version,
    resourceHeaders,
    archHeaders: await archHeaders(),
    binds: [
      { source: clang, target: clang },
      { source: await realpath(resourceHeaders), target: resourceHeaders },
      ...libraries.binds,
    ],
    libraryFolders: libraries.libraryFolders,
  };
}

/** Kernel's word for this machine in `__TARGET_ARCH_…`. Source: libbpf, bpf_tracing.h. */
export function targetArch(): string {
  const words: Record<string, string> = {
    x64: 'x86',
    ia32: 'x86',
    arm64: 'arm64',
    arm: 'arm',
    s390x: 's390',
    ppc64: 'powerpc',
    mips: 'mips',
    mipsel: 'mips',
    riscv64: 'riscv',
    loong64: 'loongarch',
  };
  return words[arch()] ?? arch();
}

async function clangsOnPath(): Promise<string[]> {
  const names = ['clang'];
  for (let major = CLANG_NEWEST; major >= CLANG_OLDEST; major--) names.push(`clang-${major}`);
  const found: string[] = [];
  for (const folder of (process.env.PATH ?? '/usr/bin').split(delimiter)) {
    if (!folder.startsWith('/')) continue;
    for (const name of names) {
      const path = await realpath(join(folder, name)).catch(() => undefined);
      if (path !== undefined && !found.includes(path)) found.push(path);
    }
  }
  return found;
}

async function archHeaders(): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir('/usr/include').catch(() => [])) {
    if (!name.includes('-linux-')) continue;
    const folder = `/usr/include/${name}`;
    const usable = await access(`${folder}/asm/types.h`).then(
      () => true,
      () => false,
    );
    if (usable) found.push(folder);
  }
  // Headers of another architecture may be there for cross compilers.
  const own = found.filter((folder) => folder.includes(`/${machine().replace('ppc64', 'powerpc64')}-`));
  return own.length > 0 ? own : found.slice(0, 1);
}

async function versionOf(clang: string): Promise<string | undefined> {
  const { code, stdout } = await ask(clang, ['--version']);
  return code === 0 ? /clang version (\d+[\w.]*)/.exec(stdout.toString())?.[1] : undefined;
}

function ask(file: string, args: string[]): Promise<ExecuteResult> {
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' };
  return execute({ file, args, env, timeoutMs: 10_000, stdoutMax: 65_536, stderrMax: 65_536 });
}
