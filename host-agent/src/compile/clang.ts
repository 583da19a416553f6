import { createHash } from 'node:crypto';
import type { Bind, Box, BoxOptions, BoxRun } from '../exec/box.ts';
import { DIAGNOSTIC_OPTIONS, diagnosticsOfClang } from './clang-diagnostics.ts';
import { compileError } from './compile-error.ts';
import { exists, type KernelHeader, writeWhole } from './kernel-header.ts';
import { PRECOMPILED_MAX, precompiledPath } from './precompiled.ts';
import { sourceLines } from './source-columns.ts';
import { SYSTEM_HEADERS } from './system-headers.ts';
import { type Toolchain, targetArch } from './toolchain.ts';

/** What clang is told about one compile when it starts. */
export interface Shape {
  /** Name of the file to compile. */
  main: string;
  flags: readonly string[];
  /** Name of the precompiled header, if one may be used. */
  precompiled: string | undefined;
}

/** clang in the box, with the headers of this machine and its kernel. */
export interface Clang {
  /** Changes with the compiler and its options. */
  version: string;
  /** Compiles what is in a folder; the object comes on stdout, messages in stderr. */
  compile(
    folder: string,
    shape: Shape,
    kernel: KernelHeader | undefined,
    how: Pick<BoxOptions, 'signal' | 'begun' | 'timeoutMs'>,
  ): Promise<BoxRun>;
  /** Precompiles vmlinux.h, unless that was done. @returns its name beside it */
  precompile(kernel: KernelHeader): Promise<string>;
}

/** Where the box shows a snippet. */
export const SNIPPET = '/snippet';
/** Other folders inside the box. */
const KERNEL = '/kernel';
const WRAPPERS = '/include';

const PRECOMPILE_TIMEOUT = 60_000;

/** @param wrappers folder of the wrapper headers */
export function createClang(box: Box, toolchain: Toolchain, wrappers: string): Clang {
  const systemHeaders: Bind = { source: SYSTEM_HEADERS, target: SYSTEM_HEADERS };
  const wrapperHeaders: Bind = { source: wrappers, target: WRAPPERS };
  const options = [
    ...[toolchain.clang, '-target', 'bpf', `-D__TARGET_ARCH_${targetArch()}`, '-O2', '-g', '-mcpu=v3'],
    ...['-fno-crash-diagnostics', '-fno-stack-protector', '-fno-ident'],
    ...DIAGNOSTIC_OPTIONS,
    ...['-nostdinc', '-isystem', WRAPPERS, '-isystem', KERNEL, '-isystem', toolchain.resourceHeaders],
    ...toolchain.archHeaders.flatMap((folder) => ['-isystem', folder]),
    ...['-isystem', SYSTEM_HEADERS],
  ];
  const version = createHash('sha256')
    .update(JSON.stringify([toolchain.version, options]))
    .digest('hex');

  return {
    version,
    compile(folder, { main, flags, precompiled }, kernel, how) {
      return box.run(
        [
          ...options,
          ...(precompiled ? ['-include-pch', `${KERNEL}/${precompiled}`] : []),
          ...flags,
          ...['-c', main, '-o', '-'],
        ],
        {
          binds: [
            systemHeaders,
            wrapperHeaders,
            ...(kernel ? [{ source: kernel.folder, target: KERNEL }] : []),
            { source: folder, target: SNIPPET },
          ],
          cwd: SNIPPET,
          ...how,
        },
      );
    },
    async precompile(kernel) {
      const path = precompiledPath(kernel.folder, toolchain.version, version);
      const name = path.slice(kernel.folder.length + 1);
      if (await exists(path)) return name;
      const result = await box.run(
        [...options, '-Xclang', '-fno-pch-timestamp', '-x', 'c-header', `${KERNEL}/vmlinux.h`, '-o', '-'],
        {
          binds: [systemHeaders, wrapperHeaders, { source: kernel.folder, target: KERNEL }],
          cwd: KERNEL,
          stdoutMax: PRECOMPILED_MAX,
          timeoutMs: PRECOMPILE_TIMEOUT,
          cpuSeconds: PRECOMPILE_TIMEOUT / 1000,
        },
      );
      if (result.code !== 0) {
        const lines = sourceLines([]);
        throw new Error(
          compileError(result, diagnosticsOfClang(result.stderr.toString(), lines, KERNEL), false)?.message,
        );
      }
      await writeWhole(path, result.stdout);
      return name;
    },
  };
}
