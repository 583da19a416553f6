/** The guest's initramfs: busybox, the modules to reach the machine's root, the exec server. */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { cacheFolder } from '../../scripts/cache.mjs';
import { runOrThrow } from '../../scripts/command.mjs';
import { moveIntoPlace } from '../../scripts/debian.mjs';
import { type Kernel, moduleFiles } from './kernel.ts';

/** Loaded before the root is there; everything else can be loaded by modprobe in the guest. */
const BOOT_MODULES = ['virtio_pci', '9pnet_virtio', '9p', 'overlay', 'virtio_console', 'virtio_net'];

const BUSYBOX = '/bin/busybox';

const source = (name: string): string => join(import.meta.dirname, name);

/**
 * The path of the kernel's initramfs, built when it is missing or when what goes into it has changed. Throws when
 * busybox-static, cpio, gcc or kmod is missing.
 */
export async function buildInitramfs(kernel: Kernel): Promise<string> {
  const folder = join(cacheFolder(), 'initramfs');
  const path = join(folder, `${kernel.name}-${contentKey(kernel)}.cpio`);
  if (existsSync(path)) return path;

  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, '.building-'));
  try {
    await fillRoot(kernel, join(work, 'root'));
    const pack = 'find . -print0 | cpio --quiet --null --create --format=newc --owner=0:0 >../archive';
    await runOrThrow('packing the initramfs', ['sh', '-c', pack], { cwd: join(work, 'root') });
    moveIntoPlace(join(work, 'archive'), path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return path;
}

async function fillRoot(kernel: Kernel, root: string): Promise<void> {
  mkdirSync(join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'modules'));
  copyFileSync(BUSYBOX, join(root, 'bin/busybox'));
  copyFileSync(source('init.sh'), join(root, 'init'));
  await runOrThrow('making init executable', ['chmod', '755', join(root, 'init'), join(root, 'bin/busybox')]);
  writeFileSync(join(root, 'modules-folder'), kernel.modulesFolder);
  await runOrThrow('compiling the exec server', [
    'gcc',
    ...['-static', '-O2', '-Wall', '-Wextra', '-Werror'],
    ...['-o', join(root, 'exec-server'), source('exec-server.c')],
  ]);

  const files = await moduleFiles(kernel, BOOT_MODULES);
  for (const [index, file] of files.entries()) {
    // init loads them in the order of their names.
    const copy = join(root, 'modules', `${String(index).padStart(2, '0')}-${basename(file)}`);
    copyFileSync(file, copy);
    if (copy.endsWith('.xz')) await runOrThrow('unpacking a module', ['xz', '--decompress', copy]);
  }
}

function contentKey(kernel: Kernel): string {
  const hash = createHash('sha256');
  for (const name of ['init.sh', 'exec-server.c', 'initramfs.ts']) hash.update(readFileSync(source(name)));
  return hash.update(kernel.release).update(kernel.modulesFolder).digest('hex').slice(0, 16);
}
