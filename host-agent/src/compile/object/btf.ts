import { ByteReader, badObject } from './bytes.ts';

/** One BTF type as the format has it. Source: Documentation/bpf/btf.rst, linux/btf.h. */
export type BtfType =
  | { kind: 'void' }
  | {
      kind: 'int';
      name: string;
      size: number;
      signed: boolean;
      char: boolean;
      bool: boolean;
      bits: number;
      bitOffset: number;
    }
  | { kind: 'float'; name: string; size: number }
  | { kind: 'pointer'; target: number }
  | { kind: 'array'; element: number; length: number }
  | { kind: 'struct' | 'union'; name: string; size: number; members: BtfMember[] }
  | { kind: 'enum'; name: string; size: number; signed: boolean; values: [name: string, value: bigint][] }
  | { kind: 'forward'; name: string }
  | { kind: 'typedef' | 'type_tag'; name: string; target: number }
  | { kind: 'volatile' | 'const' | 'restrict'; target: number }
  | { kind: 'function'; name: string; target: number }
  | { kind: 'prototype' }
  | { kind: 'variable'; name: string; target: number; linkage: number }
  | { kind: 'section'; name: string; size: number; variables: SectionVariable[] }
  | { kind: 'decl_tag'; name: string; target: number; component: number };

export type BtfMember = { name: string; type: number; offsetBits: number; bitSize: number | undefined };
export type SectionVariable = { type: number; offset: number; size: number };

/** `.BTF` of an object. Index 0 is void. */
export type Btf = {
  types: readonly BtfType[];
  /** The type with that id; `bad_object` when there is none. */
  type(id: number): BtfType;
  string(offset: number): string;
  /** Variables of a data section by the section's name. */
  variablesOf(section: string): readonly SectionVariable[];
};

const MAGIC = 0xeb9f;
const KINDS = 20;

/** Fails with `bad_object`. */
export function readBtf(content: Uint8Array, littleEndian: boolean): Btf {
  const header = new ByteReader(content, littleEndian);
  if (header.u16(0) !== MAGIC || header.u8(2) !== 1) badObject('not BTF version 1');
  const headerSize = header.u32(4);
  const typesAt = new ByteReader(header.slice(headerSize + header.u32(8), header.u32(12)), littleEndian);
  const strings = new ByteReader(header.slice(headerSize + header.u32(16), header.u32(20)), littleEndian);
  const text = (offset: number): string => strings.text(offset);

  const types: BtfType[] = [{ kind: 'void' }];
  for (let at = 0; at < typesAt.length; ) {
    const [type, length] = readType(typesAt, at, text);
    types.push(type);
    at += length;
  }
  const type = (id: number): BtfType => types[id] ?? badObject(`no BTF type ${id}`);
  const sections = new Map<string, SectionVariable[]>();
  for (const found of types) if (found.kind === 'section') sections.set(found.name, found.variables);
  return { types, type, string: text, variablesOf: (section) => sections.get(section) ?? [] };
}

function readType(types: ByteReader, at: number, text: (offset: number) => string): [BtfType, number] {
  const name = text(types.u32(at));
  const info = types.u32(at + 4);
  const sizeOrType = types.u32(at + 8);
  const count = info & 0xffff;
  const kindNumber = (info >>> 24) & 31;
  const flag = info >>> 31 === 1;
  const body = at + 12;

  switch (kindNumber) {
    case 1: {
      const data = types.u32(body);
      const encoding = (data >>> 24) & 15;
      const kind = { kind: 'int' as const, name, size: sizeOrType, signed: (encoding & 1) !== 0 };
      const char = (encoding & 2) !== 0;
      const bool = (encoding & 4) !== 0;
      return [{ ...kind, char, bool, bits: data & 255, bitOffset: (data >>> 16) & 255 }, 16];
    }
    case 2:
      return [{ kind: 'pointer', target: sizeOrType }, 12];
    case 3:
      return [{ kind: 'array', element: types.u32(body), length: types.u32(body + 8) }, 24];
    case 4:
    case 5: {
      const members: BtfMember[] = [];
      for (let index = 0; index < count; index++) {
        const member = body + index * 12;
        const offset = types.u32(member + 8);
        members.push({
          name: text(types.u32(member)),
          type: types.u32(member + 4),
          offsetBits: flag ? offset & 0xff_ffff : offset,
          bitSize: flag && offset >>> 24 > 0 ? offset >>> 24 : undefined,
        });
      }
      return [
        { kind: kindNumber === 4 ? 'struct' : 'union', name, size: sizeOrType, members },
        12 + count * 12,
      ];
    }
    case 6: {
      const values: [string, bigint][] = [];
      for (let index = 0; index < count; index++) {
        const value = body + index * 8;
        values.push([text(types.u32(value)), BigInt(flag ? types.i32(value + 4) : types.u32(value + 4))]);
      }
      return [{ kind: 'enum', name, size: sizeOrType, signed: flag, values }, 12 + count * 8];
    }
    case 7:
      return [{ kind: 'forward', name }, 12];
    case 8:
      return [{ kind: 'typedef', name, target: sizeOrType }, 12];
    case 9:
      return [{ kind: 'volatile', target: sizeOrType }, 12];
    case 10:
      return [{ kind: 'const', target: sizeOrType }, 12];
    case 11:
      return [{ kind: 'restrict', target: sizeOrType }, 12];
    case 12:
      return [{ kind: 'function', name, target: sizeOrType }, 12];
    case 13:
      return [{ kind: 'prototype' }, 12 + count * 8];
    case 14:
      return [{ kind: 'variable', name, target: sizeOrType, linkage: types.u32(body) }, 16];
    case 15: {
      const variables: SectionVariable[] = [];
      for (let index = 0; index < count; index++) {
        const variable = body + index * 12;
        variables.push({
          type: types.u32(variable),
          offset: types.u32(variable + 4),
          size: types.u32(variable + 8),
        });
      }
      return [{ kind: 'section', name, size: sizeOrType, variables }, 12 + count * 12];
    }
    case 16:
      return [{ kind: 'float', name, size: sizeOrType }, 12];
    case 17:
      return [{ kind: 'decl_tag', name, target: sizeOrType, component: types.i32(body) }, 16];
    case 18:
      return [{ kind: 'type_tag', name, target: sizeOrType }, 12];
    case 19: {
      const values: [string, bigint][] = [];
      for (let index = 0; index < count; index++) {
        const value = body + index * 12;
        const raw = BigInt(types.u32(value + 4)) | (BigInt(types.u32(value + 8)) << 32n);
        values.push([text(types.u32(value)), flag ? BigInt.asIntN(64, raw) : raw]);
      }
      return [{ kind: 'enum', name, size: sizeOrType, signed: flag, values }, 12 + count * 12];
    }
    default:
      return badObject(`BTF kind ${kindNumber} of ${KINDS}`);
  }
}

const DEPTH_MAX = 64;

/** The type behind typedefs, qualifiers and type tags. */
export function resolved(btf: Btf, id: number): { id: number; type: BtfType } {
  let current = id;
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    const type = btf.type(current);
    if (!isAlias(type)) return { id: current, type };
    current = type.target;
  }
  return badObject('a chain of type names without end');
}

/** Size in bytes; 0 for what has none. */
export function sizeOf(btf: Btf, id: number, depth = 0): number {
  if (depth > DEPTH_MAX) badObject('arrays nested without end');
  const { type } = resolved(btf, id);
  switch (type.kind) {
    case 'int':
    case 'float':
    case 'enum':
    case 'struct':
    case 'union':
      return type.size;
    case 'pointer':
      return 8;
    case 'array':
      return type.length * sizeOf(btf, type.element, depth + 1);
    default:
      return 0;
  }
}

function isAlias(
  type: BtfType,
): type is Extract<BtfType, { kind: 'typedef' | 'type_tag' | 'volatile' | 'const' | 'restrict' }> {
  return (
    type.kind === 'typedef' ||
    type.kind === 'type_tag' ||
    type.kind === 'volatile' ||
    type.kind === 'const' ||
    type.kind === 'restrict'
  );
}
