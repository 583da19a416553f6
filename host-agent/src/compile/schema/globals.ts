import { LOST_SECTION } from '@probepad/protocol/loader';
import type { Param } from '@probepad/protocol/schema';
import { type Btf, resolved } from '../object/btf.ts';
import type { Elf, Section } from '../object/elf.ts';
import { formatValue } from '../param-value.ts';
import type { TypeTable } from './types.ts';
import { type Variable, variablesOf } from './variables.ts';

/** A section whose variables are shown as one struct. */
export type GlobalsSection = { name: string; size: number; writable: boolean; type: number };

/** Sections that libbpf makes maps of. Source: libbpf.c, bpf_object__init_global_data_maps. */
function isDataSection({ name, size }: Section): boolean {
  return size > 0 && name !== LOST_SECTION && /^\.(bss|data|rodata)(\.|$)/.test(name);
}

/** Formats of prints and other variables that macros make are not the author's. */
function isAuthors({ name, inFunction }: Variable, writable: boolean): boolean {
  return !/^(___|__probepad|__func__|__PRETTY)/.test(name) && (writable || inFunction === undefined);
}

/** `.bss`, `.data*` and `.rodata*` as sources, each with at least one variable of the author's. */
export function readGlobals(btf: Btf, elf: Elf, types: TypeTable): GlobalsSection[] {
  const found: GlobalsSection[] = [];
  for (const section of elf.sections.filter(isDataSection)) {
    const writable = !section.name.startsWith('.rodata');
    const variables = variablesOf(btf, elf, section).filter((variable) => isAuthors(variable, writable));
    if (variables.length === 0) continue;
    const members = variables.map(({ id, name, type, offset }) => {
      const tags = types.tags(id);
      return { name, type: types.add(type), offsetBits: offset * 8, ...(tags && { tags }) };
    });
    const type = types.addOwn({ kind: 'struct', name: section.name, size: section.size, members });
    found.push({ name: section.name, size: section.size, writable, type });
  }
  return found;
}

/** The `const volatile` variables of read-only sections: what a user may set before load. */
export function readParams(btf: Btf, elf: Elf, types: TypeTable): Param[] {
  const params: Param[] = [];
  for (const section of elf.sections) {
    if (!isDataSection(section) || !section.name.startsWith('.rodata')) continue;
    for (const variable of variablesOf(btf, elf, section)) {
      if (!isAuthors(variable, false) || !isConstVolatile(btf, variable.type)) continue;
      const { id, name, offset, size } = variable;
      const tags = types.tags(id);
      const type = types.add(variable.type);
      const initial = formatValue(
        types.types,
        type,
        section.content.subarray(offset, offset + size),
        elf.littleEndian,
      );
      params.push({ name, section: section.name, offset, size, type, initial, ...(tags && { tags }) });
    }
  }
  return params;
}

function isConstVolatile(btf: Btf, id: number): boolean {
  const qualifiers = new Set<string>();
  let current = id;
  for (let depth = 0; depth < 64; depth++) {
    const type = btf.type(current);
    if (
      type.kind === 'const' ||
      type.kind === 'volatile' ||
      type.kind === 'typedef' ||
      type.kind === 'type_tag'
    ) {
      qualifiers.add(type.kind);
      current = type.target;
    } else if (type.kind === 'array') {
      // Qualifiers of an array belong to its elements.
      current = type.element;
    } else break;
  }
  return qualifiers.has('const') && qualifiers.has('volatile') && resolved(btf, id).type.kind !== 'void';
}
