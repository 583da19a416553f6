import type { Type } from '@probepad/protocol/schema';
import { type Btf, type BtfMember, type BtfType, resolved, sizeOf } from '../object/btf.ts';
import { badObject } from '../object/bytes.ts';
import { createTagReader, type TagReader } from './tags.ts';

export type TypeTable = {
  /** The schema's types so far; ids are indexes into it. */
  types: Type[];
  /** Adds a BTF type and what it is made of; gives its id in the schema. The same BTF type always gets the same id. */
  add(btfId: number): number;
  /** Adds a type that BTF does not have, such as the struct of a section's variables. */
  addOwn(type: Type): number;
  size(btfId: number): number;
  tags: TagReader;
};

/**
 * Collects the types that a schema needs, numbered in the order of their first use. What is only pointed to stays opaque, so
 * that a `struct task_struct *` does not bring half the kernel with it.
 */
export function createTypeTable(btf: Btf): TypeTable {
  const types: Type[] = [];
  const ids = new Map<number, number>();
  /** What is being converted, by value: a type that contains itself can't exist. */
  const open = new Set<number>();
  const opaqueIds = new Map<number, number>();
  const tagsOf = createTagReader(btf);

  return { types, add, addOwn, size: (id) => sizeOf(btf, id), tags: tagsOf };

  function addOwn(type: Type): number {
    types.push(type);
    return types.length - 1;
  }

  function add(btfId: number): number {
    const id = withoutQualifiers(btfId);
    if (open.has(id)) badObject('a type that contains itself');
    const known = ids.get(id);
    if (known !== undefined) return known;
    const own = addOwn({ kind: 'void' });
    ids.set(id, own);
    open.add(id);
    types[own] = convert(btf.type(id), id);
    open.delete(id);
    return own;
  }

  function convert(type: BtfType, id: number): Type {
    switch (type.kind) {
      case 'void':
        return { kind: 'void' };
      case 'int': {
        const encoding = type.bool ? 'bool' : type.char || type.name === 'char' ? 'char' : 'integer';
        return { kind: 'int', name: type.name, size: type.size, signed: type.signed, encoding };
      }
      case 'float':
        return { kind: 'float', name: type.name, size: type.size };
      case 'enum': {
        const values = type.values.map(([name, value]): [string, string] => [name, value.toString()]);
        return { kind: 'enum', name: type.name, size: type.size, signed: type.signed, values };
      }
      case 'pointer':
        return { kind: 'pointer', target: addPointedTo(type.target) };
      case 'array':
        return { kind: 'array', element: add(type.element), length: type.length };
      case 'struct':
      case 'union': {
        const members = type.members.map((member, index) => convertMember(member, id, index));
        return { kind: type.kind, name: type.name, size: type.size, members };
      }
      case 'typedef':
        return { kind: 'typedef', name: type.name, target: add(type.target) };
      case 'forward':
      case 'function':
      case 'variable':
      case 'section':
        return { kind: 'opaque', name: type.name, size: 0 };
      default:
        return { kind: 'opaque', name: '', size: 0 };
    }
  }

  function convertMember(member: BtfMember, parent: number, index: number) {
    const { type } = resolved(btf, member.type);
    const tags = tagsOf(parent, index);
    let { offsetBits, bitSize } = member;
    // Bitfields as compilers wrote them before struct members had a size of their own (kind_flag 0).
    if (bitSize === undefined && type.kind === 'int' && type.bits !== type.size * 8) {
      offsetBits += type.bitOffset;
      bitSize = type.bits;
    }
    return {
      name: member.name,
      type: add(member.type),
      offsetBits,
      ...(bitSize !== undefined && { bitSize }),
      ...(tags && { tags }),
    };
  }

  function addPointedTo(btfId: number): number {
    const id = withoutQualifiers(btfId);
    const { type, id: behind } = resolved(btf, id);
    if (type.kind === 'int' || type.kind === 'float' || type.kind === 'void')
      return open.has(id) ? opaque(id) : add(id);
    return opaque(behind);
  }

  function opaque(id: number): number {
    const known = opaqueIds.get(id);
    if (known !== undefined) return known;
    const type = btf.type(id);
    const size = type.kind === 'struct' || type.kind === 'union' || type.kind === 'enum' ? type.size : 0;
    const own = addOwn({ kind: 'opaque', name: 'name' in type ? type.name : '', size });
    opaqueIds.set(id, own);
    return own;
  }

  function withoutQualifiers(btfId: number): number {
    let id = btfId;
    for (let depth = 0; depth < 64; depth++) {
      const type = btf.type(id);
      if (!['const', 'volatile', 'restrict', 'type_tag'].includes(type.kind) || !('target' in type))
        return id;
      id = type.target;
    }
    return badObject('qualifiers without end');
  }
}
