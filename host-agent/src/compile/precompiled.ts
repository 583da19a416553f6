import { join } from 'node:path';
import type { SourceFile } from '@probepad/protocol/control/run';
import { flagsAllowPrecompiled } from './flags.ts';

/** A precompiled vmlinux.h holds all its types: about 15 MB. */
export const PRECOMPILED_MAX = 128 * 1024 * 1024;

/** Name of the precompiled header for one compiler version, beside vmlinux.h. */
export function precompiledPath(headerFolder: string, clangVersion: string, optionsHash: string): string {
  return join(headerFolder, `vmlinux-${clangVersion}-${optionsHash.slice(0, 12)}.pch`);
}

/**
 * Whether compiling with the precompiled vmlinux.h gives the same object: the program's first line of code includes
 * vmlinux.h (then its include guard makes that a no-op), the snippet brings none of its own, and no flag changes macros.
 */
export function mayUsePrecompiled(
  main: SourceFile,
  files: readonly SourceFile[],
  flags: readonly string[],
): boolean {
  if (files.some(({ name }) => name === 'vmlinux.h') || !flagsAllowPrecompiled(flags)) return false;
  const code = main.text.slice(startOfCode(main.text), startOfCode(main.text) + 200);
  return /^#[ \t]*include[ \t]*(?:"vmlinux\.h"|<vmlinux\.h>)/.test(code);
}

/**
 * Whether clang says that it can't use the precompiled header: damaged, of another clang, older than what it was made of. Such a
 * message stands for itself, without a place in the program. (clang's DiagnosticFrontendKinds.td and DiagnosticSerializationKinds.td)
 */
export function refusesPrecompiled(stderr: string): boolean {
  return /^(?:fatal )?error: .*\b(?:precompiled header|PCH file|AST file)\b/m.test(stderr);
}

/** Offset of the first character that is neither space nor comment. */
function startOfCode(text: string): number {
  let at = 0;
  for (;;) {
    if (/\s/.test(text.charAt(at))) at++;
    else if (text.startsWith('//', at)) at = after('\n', at + 2);
    else if (text.startsWith('/*', at)) at = after('*/', at + 2);
    else return at;
  }

  function after(mark: string, from: number): number {
    const found = text.indexOf(mark, from);
    return found < 0 ? text.length : found + mark.length;
  }
}
