import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@probepad/protocol/errors';
import { execute } from '../exec/execute.ts';

const KERNEL_BTF = '/sys/kernel/btf/vmlinux';
const HEADER_MAX = 64 * 1024 * 1024;
const DUMP_TIMEOUT = 30_000;

/** Counted up when vmlinux.h holds more or other things of the same BTF, so that nobody keeps an old one. */
const HEADER_VERSION = '2';

/** Defined, vmlinux.h leaves the prototypes of kfuncs out: bpftool's word for it too. */
export const NO_KFUNC_PROTOTYPES = 'BPF_NO_KFUNC_PROTOTYPES';

export type KernelHeader = {
  /** As `kernelBtfId` gives it. */
  btf: string;
  /** Folder that holds vmlinux.h; its name holds `btf`, so a new kernel gets a new one. */
  folder: string;
  path: string;
};

/** sha256 of the running kernel's BTF and of what vmlinux.h makes of it, hex; undefined when it has none. */
export async function kernelBtfId(): Promise<string | undefined> {
  const bytes = await readFile(KERNEL_BTF).catch(() => undefined);
  return bytes && createHash('sha256').update(HEADER_VERSION).update(bytes).digest('hex');
}

/**
 * vmlinux.h of the running kernel, made by the loader (or bpftool, where the loader is not built) and kept under
 * `cacheDir`. Fails with `no_btf`.
 */
export async function kernelHeader(cacheDir: string, loaderPath: string): Promise<KernelHeader> {
  const btf = await kernelBtfId();
  if (btf === undefined) fail('no_btf', `reading ${KERNEL_BTF}: it is not there`);
  const folder = join(cacheDir, `kernel-${btf.slice(0, 32)}`);
  const path = join(folder, 'vmlinux.h');
  if (await exists(path)) return { btf, folder, path };

  await mkdir(folder, { recursive: true, mode: 0o755 });
  const text = await dump(loaderPath);
  await writeWhole(path, text);
  return { btf, folder, path };
}

/** Writes a file so that nobody ever sees a part of it. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const unfinished = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(unfinished, content, { mode: 0o644, flag: 'wx' });
  await rename(unfinished, path);
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function dump(loaderPath: string): Promise<Buffer> {
  const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
  const reasons: string[] = [];
  for (const [file, args] of [
    [loaderPath, ['dump-btf']],
    ['bpftool', ['btf', 'dump', 'file', KERNEL_BTF, 'format', 'c']],
  ] as const) {
    const options = { timeoutMs: DUMP_TIMEOUT, stdoutMax: HEADER_MAX, stderrMax: 65_536 };
    const { code, signal, stdout, stderr } = await execute({ file, args, env, ...options });
    if (code === 0 && stdout.includes('task_struct')) return stdout;
    reasons.push(`${file}: ${signal ?? `exit ${code} ${stderr.toString().slice(0, 200)}`}`);
  }
  fail('no_btf', `writing vmlinux.h: ${reasons.join('; ')}`);
}
