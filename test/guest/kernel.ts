/** Debian kernels for test guests: fetched and unpacked once, kept in the cache folder. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runOrThrow } from '../../scripts/command.mjs';
import { packageDepends, unpackedPackage } from '../../scripts/debian.mjs';
import { KERNEL_SUITES, kernelRecord } from '../../scripts/guest-kernels.mjs';
import { vmlinuxOf } from './vmlinux.ts';

export { KERNEL_SUITES };

export type KernelName = keyof typeof KERNEL_SUITES;

export type Kernel = {
  name: KernelName;
  /** As `uname -r` prints it. */
  release: string;
  /** The unpacked image (ELF) for QEMU's `-kernel`. */
  image: string;
  /** The folder with `<release>/` in it, to be mounted as `/lib/modules`. */
  modulesFolder: string;
  /** What it was built with, as Debian's package puts it into /boot. */
  configuration: string;
};

/**
 * The kernel, fetched from Debian on the first call (about 70 MB) and found in the cache folder afterwards, where
 * it stays at its version until the cache is deleted. Throws with apt's words when it can't be fetched.
 */
export async function fetchKernel(name: KernelName): Promise<Kernel> {
  const record = kernelRecord(name);
  const known = readRecord(record);
  if (known) return describe(name, known);

  const suite = KERNEL_SUITES[name];
  const depends = await packageDepends({ name: 'linux-image-amd64', suite });
  const image = /linux-image-[\w.+-]+-amd64/.exec(depends)?.[0];
  if (!image?.includes(`-${name}.`)) {
    throw new Error(`finding kernel ${name}: linux-image-amd64 in ${suite} depends on "${depends}"`);
  }
  const folder = await unpackedPackage({ name: image, suite });
  const release = image.replace('linux-image-', '');
  // The package's own scripts would do this; they are not run.
  await runOrThrow('indexing modules', ['/sbin/depmod', '--basedir', folder, release]);
  const boot = join(folder, 'boot');
  writeAtOnce(join(boot, 'vmlinux'), vmlinuxOf(readFileSync(join(boot, `vmlinuz-${release}`))));
  writeAtOnce(record, JSON.stringify({ folder, release }));
  return describe(name, { folder, release });
}

/**
 * Files of the modules and of all that they need, in the order to load them in (`modprobe --show-depends`);
 * what the kernel has built in is left out.
 */
export async function moduleFiles(kernel: Kernel, modules: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const module of modules) {
    const listing = await runOrThrow(`finding module ${module}`, [
      '/sbin/modprobe',
      '--dirname',
      join(kernel.modulesFolder, '../..'),
      '--set-version',
      kernel.release,
      '--show-depends',
      module,
    ]);
    for (const line of listing.split('\n')) {
      const file = /^insmod (\S+)/.exec(line)?.[1];
      if (file !== undefined && !files.includes(file)) files.push(file);
    }
  }
  return files;
}

type KernelRecord = { folder: string; release: string };

function describe(name: KernelName, { folder, release }: KernelRecord): Kernel {
  return {
    name,
    release,
    image: join(folder, 'boot', 'vmlinux'),
    modulesFolder: join(folder, 'lib/modules'),
    configuration: join(folder, 'boot', `config-${release}`),
  };
}

function readRecord(path: string): KernelRecord | undefined {
  if (!existsSync(path)) return undefined;
  const record: KernelRecord = JSON.parse(readFileSync(path, 'utf8'));
  return existsSync(record.folder) ? record : undefined;
}

/** Written beside and renamed: another test process may be reading it, or writing the same. */
function writeAtOnce(path: string, content: string | Buffer): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, '.writing-'));
  writeFileSync(join(work, 'file'), content);
  renameSync(join(work, 'file'), path);
  rmSync(work, { recursive: true });
}
