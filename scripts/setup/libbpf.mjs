/**
 * Step: libbpf 1.4 or newer for the loader, in `host-agent/loader/build/libbpf/` (include/, lib/libbpf.a): the
 * system's, else the one of Debian's backports, else the system's older one.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../command.mjs';
import { unpackedPackage } from '../debian.mjs';
import { inRepository } from '../repository.mjs';

const BUILD = inRepository('host-agent/loader/build');
const PREFIX = join(BUILD, 'libbpf');
const MAKEFILE = join(BUILD, 'libbpf.mk');

/** The first version with everything that the loader can use; 1.1 is what it can do with. */
const WANTED = [1, 4];

/** @type {import('../setup.mjs').Step} */
export const libbpfStep = {
  name: 'libbpf',
  why: 'the library that loads probes',
  needed: async () => {
    const there = [MAKEFILE, join(PREFIX, 'lib/libbpf.a'), join(PREFIX, 'include/bpf/libbpf.h')].every(
      existsSync,
    );
    return there
      ? false
      : 'fetching libbpf for the loader (Debian’s backports, unless the system’s is new enough)';
  },
  run: async () => {
    const system = await systemLibbpf();
    const root = system.new ? '/' : await backportsLibbpf(system.version);
    install(root);
    return `libbpf ${headerVersion()}`;
  },
};

/** @returns {Promise<{ version: string | undefined, new: boolean }>} */
async function systemLibbpf() {
  const { code, stdout } = await runCommand(['pkg-config', '--modversion', 'libbpf']);
  const version = code === 0 ? stdout.trim() : undefined;
  return { version, new: version !== undefined && isAtLeast(version, WANTED) };
}

/**
 * @param {string | undefined} fallback the system's version
 * @returns {Promise<string>} the folder that holds `usr/`
 */
async function backportsLibbpf(fallback) {
  try {
    return await unpackedPackage({ name: 'libbpf-dev', suite: 'bookworm-backports' });
  } catch (error) {
    if (fallback === undefined) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.log(
      `  libbpf ${fallback} of the system serves, because the newer one can't be fetched: ${reason}`,
    );
    return '/';
  }
}

/** @param {string} root a folder that holds `usr/include/bpf` and Debian's library folder */
function install(root) {
  rmSync(PREFIX, { recursive: true, force: true });
  mkdirSync(join(PREFIX, 'include'), { recursive: true });
  mkdirSync(join(PREFIX, 'lib'));
  cpSync(join(root, 'usr/include/bpf'), join(PREFIX, 'include/bpf'), { recursive: true });
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  cpSync(join(root, 'usr/lib', triplet, 'libbpf.a'), join(PREFIX, 'lib/libbpf.a'));
  // Relative to the loader's folder, where make runs: the checkout may be moved.
  const lines = [
    '# Written by scripts/setup/libbpf.mjs.',
    'LIBBPF_PREFIX := build/libbpf',
    'LIBBPF_CFLAGS := -Ibuild/libbpf/include',
    'LIBBPF_LIBS := build/libbpf/lib/libbpf.a -lelf -lz',
    '',
  ];
  writeFileSync(MAKEFILE, lines.join('\n'));
}

/** @returns {string} as the installed headers have it: `1.4` */
function headerVersion() {
  const header = readFileSync(join(PREFIX, 'include/bpf/libbpf_version.h'), 'utf8');
  const part = (/** @type {string} */ name) => new RegExp(`${name}\\s+(\\d+)`).exec(header)?.[1] ?? '?';
  return `${part('LIBBPF_MAJOR_VERSION')}.${part('LIBBPF_MINOR_VERSION')}`;
}

/**
 * @param {string} version dotted numbers
 * @param {number[]} wanted
 */
export function isAtLeast(version, wanted) {
  const have = version.split('.').map(Number);
  for (const [index, number] of wanted.entries()) {
    const other = have[index] ?? 0;
    if (other !== number) return other > number;
  }
  return true;
}
