import type { ProbeSchema, Type } from './schema.ts';

/** Questions about the types of a schema that decoding, formatting and forms share. */

/** Follows typedefs to what a type really is. A cycle, which valid BTF does not have, ends as opaque. */
export function resolveType(schema: ProbeSchema, id: number): Type {
  for (let hops = 0, at = id; hops < 64; hops++) {
    const type = schema.types[at];
    if (type === undefined) break;
    if (type.kind !== 'typedef') return type;
    at = type.target;
  }
  return { kind: 'opaque', name: 'unknown', size: 0 };
}

/** Size in bytes; 0 for void and unknown types. */
export function sizeOfType(schema: ProbeSchema, id: number): number {
  const type = resolveType(schema, id);
  switch (type.kind) {
    case 'void':
      return 0;
    case 'pointer':
      return 8;
    case 'array':
      return type.length * sizeOfType(schema, type.element);
    case 'typedef':
      return 0;
    default:
      return type.size;
  }
}

/** The outermost name: `__be32` rather than `unsigned int`. Empty for unnamed types. */
export function nameOfType(schema: ProbeSchema, id: number): string {
  const type = schema.types[id];
  if (type === undefined || type.kind === 'void') return 'void';
  switch (type.kind) {
    case 'pointer': {
      const target = nameOfType(schema, type.target);
      return `${target} *`;
    }
    case 'array':
      return `${nameOfType(schema, type.element)}[${type.length}]`;
    case 'struct':
    case 'union':
      return type.name === '' ? type.kind : `${type.kind} ${type.name}`;
    case 'enum':
      return type.name === '' ? 'enum' : `enum ${type.name}`;
    default:
      return type.name;
  }
}

/** Whether an array of this element is text. */
export function isCharType(schema: ProbeSchema, id: number): boolean {
  const type = resolveType(schema, id);
  return type.kind === 'int' && type.size === 1 && (type.encoding === 'char' || type.name === 'char');
}

/** Whether a type is the kernel's `struct in6_addr` (linux/in6.h): sixteen octets, whatever its union calls them. */
export function isAddress6(schema: ProbeSchema, id: number): boolean {
  const type = resolveType(schema, id);
  return type.kind === 'struct' && type.name === 'in6_addr' && type.size === 16;
}

/** One scalar, address, text or list at a fixed place in a record: what becomes a column. */
export interface Leaf {
  /** Member names from the outside in; empty for a record that is itself a scalar. */
  path: string[];
  /** The path joined by dots. */
  name: string;
  type: number;
  /** Bytes from the record's start; for bitfields the bit offset counts. */
  offset: number;
  size: number;
  bitfield?: { offsetBits: number; bits: number };
  /** For words one after another, each with its NUL: where the number of their bytes stands, in bytes from the record's start. */
  words?: { countAt: number };
  tags: string[];
}

/** The columns of a type: nested structs and unions flattened but for addresses, anonymous ones merged into their parent. */
export function leavesOf(schema: ProbeSchema, id: number): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (type: number, offsetBits: number, path: string[], tags: string[], depth: number): void => {
    const resolved = resolveType(schema, type);
    const isNested = resolved.kind === 'struct' || resolved.kind === 'union';
    if (isNested && !isAddress6(schema, type) && depth < 16) {
      for (const member of resolved.members) {
        const at = offsetBits + member.offsetBits;
        const inner = member.name === '' ? path : [...path, member.name];
        if (member.bitSize !== undefined && member.bitSize > 0) {
          leaves.push({
            path: inner,
            name: inner.join('.'),
            type: member.type,
            offset: at >> 3,
            size: sizeOfType(schema, member.type),
            bitfield: { offsetBits: at, bits: member.bitSize },
            tags: member.tags ?? [],
          });
        } else {
          visit(member.type, at, inner, member.tags ?? [], depth + 1);
        }
      }
      return;
    }
    leaves.push({
      path,
      name: path.join('.'),
      type,
      offset: offsetBits >> 3,
      size: sizeOfType(schema, type),
      tags,
    });
  };
  visit(id, 0, [], [], 0);
  for (const leaf of leaves) {
    const count = countOfWords(schema, leaf, leaves);
    if (count) leaf.words = { countAt: count.offset };
  }
  return leaves;
}

/** What programs call a command line, and what they call its size: without that, text ends at its first NUL. */
const WORDS_NAME = /(^|\.)(args|argv|cmd_?line)$/;
const COUNT_SUFFIXES = ['_size', '_len', '_sz'];

function countOfWords(schema: ProbeSchema, leaf: Leaf, leaves: readonly Leaf[]): Leaf | undefined {
  const type = resolveType(schema, leaf.type);
  if (type.kind !== 'array' || !isCharType(schema, type.element) || !WORDS_NAME.test(leaf.name))
    return undefined;
  return leaves.find(
    (other) => other.size === 4 && COUNT_SUFFIXES.some((suffix) => other.name === `${leaf.name}${suffix}`),
  );
}
