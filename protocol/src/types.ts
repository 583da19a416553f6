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
