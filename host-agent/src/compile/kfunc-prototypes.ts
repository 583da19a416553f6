import type { Diagnostic } from '@probepad/protocol/diagnostics';

/** clang's note where a function, or a section for it, was named first. vmlinux.h declares no other functions than kfuncs. */
const IN_KERNEL_HEADER = /^previous (declaration|attribute) is here \(in vmlinux\.h,/;

/**
 * Whether the program declares or defines a function that vmlinux.h has a prototype of, in a way that doesn't go with it.
 * Programs bring prototypes of their own for kernels whose BTF tells none, and their types change from kernel to kernel.
 */
export function redeclaresKfunc(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ notes }) => notes.some(({ message }) => IN_KERNEL_HEADER.test(message)));
}
