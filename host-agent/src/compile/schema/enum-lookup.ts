import { type EnumText, enumNamed, enumsIn, enumWith } from './enum-text.ts';

const IDENTIFIER = /^[A-Za-z_]\w*$/;

/** Enums of a program: those of its own files, then those of the kernel where it includes vmlinux.h. */
export interface EnumLookup {
  /** Those of its own files. */
  own: readonly EnumText[];
  /** The one that has this enumerator. */
  withValue(word: string): EnumText | undefined;
  /** The one of this name (`enum kind` or `kind`), else the one that has it as an enumerator. */
  chosen(text: string): EnumText | undefined;
}

/**
 * @param texts of the program's files, without comments
 * @param kernel text of vmlinux.h, asked for when the program's own files don't have the enum
 */
export function enumLookup(texts: readonly string[], kernel: () => string | undefined): EnumLookup {
  const known = texts.flatMap(enumsIn);
  const includesKernel = texts.some((text) => /#\s*include\s*[<"]vmlinux\.h[>"]/.test(text));
  const header = (): string => (includesKernel ? kernel() : undefined) ?? '';

  function withValue(word: string): EnumText | undefined {
    const own = known.find(({ values }) => values.some(([name]) => name === word));
    // The kernel's own have capitals; variables that are used as an index are not sought in four megabytes.
    return own ?? (/^[A-Z]/.test(word) ? enumWith(word, header()) : undefined);
  }

  return {
    own: known,
    withValue,
    chosen(text) {
      const name = text.replace(/^enum\s+/, '');
      if (!IDENTIFIER.test(name)) return undefined;
      return known.find((each) => each.name === name) ?? enumNamed(name, header()) ?? withValue(name);
    },
  };
}
