import { type Btf, sizeOf } from '../object/btf.ts';
import type { Elf, Section } from '../object/elf.ts';

/** A variable of a data section, with where it lies. */
export type Variable = {
  /** Its own BTF id, which annotations name. */
  id: number;
  name: string;
  /** BTF id of its type, qualifiers included. */
  type: number;
  offset: number;
  size: number;
  /** The function whose static variable it is; undefined for variables of the file. */
  inFunction: string | undefined;
};

/** Variables of one section in order of their offset. */
export function variablesOf(btf: Btf, elf: Elf, section: Section): Variable[] {
  const found: Variable[] = [];
  const symbols = new Map(elf.symbolsOf(section).map((symbol) => [symbol.name, symbol]));
  for (const { type: id, offset } of btf.variablesOf(section.name)) {
    const variable = btf.type(id);
    if (variable.kind !== 'variable') continue;
    const size = sizeOf(btf, variable.target);
    // BTF of a static variable holds its offset; that of a global one is left to the linker.
    const at = symbols.get(variable.name)?.value ?? offset;
    if (at + size > section.size) continue;
    // clang names a static variable of a function `function.variable`, with a number where that is taken.
    const [first = '', second] = variable.name.split('.');
    const ofFunction = second !== undefined && !/^\d+$/.test(second);
    found.push({
      id,
      name: ofFunction ? second : first,
      type: variable.target,
      offset: at,
      size,
      inFunction: ofFunction ? first : undefined,
    });
  }
  return found.sort((left, right) => left.offset - right.offset);
}
