import { type Arm, type Arms, relateLeaves } from './leaf-relations.ts';
import { isPrefixKey, prefixLeaf } from './prefix-key.ts';
import type { ProbeSchema } from './schema.ts';
import { isAddress6, resolveType, sizeOfType } from './types.ts';

/** What a record, key, value or section is made of, as columns show it. */

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
  /** For text and lists of which another member tells how much counts, in bytes or elements. */
  count?: Place & { unit: 'bytes' | 'elements' };
  /** That other member has the name of what it counts. */
  counts?: string;
  /** For sixteen octets that may hold an address of either family: where the family, or the IP version, stands. */
  family?: Place;
  /** For what lies in a union of which another member tells which of its members counts: null with any other value there. */
  chosen?: Place & { values: readonly number[] };
  tags: string[];
  /** Of a list: the enum whose values count its elements. */
  index?: number;
  /** The key of a trie of prefixes: how many bytes stand behind the length. Its value is a list of those, and then the length in bits. */
  prefix?: { bytes: number };
}

/** An integer's place in a record, in bytes from its start. */
export interface Place {
  at: number;
  size: number;
  signed: boolean;
}

/** Where a member is on the way down to the leaves. */
interface Spot {
  offsetBits: number;
  path: string[];
  tags: string[];
  index?: number | undefined;
  within: Arm[];
  depth: number;
}

const NESTED_MAX = 16;

/** The columns of a type: nested structs and unions flattened but for addresses, anonymous ones merged into their parent. */
export function leavesOf(schema: ProbeSchema, id: number): Leaf[] {
  const leaves: Leaf[] = [];
  const arms: Arms = new Map();
  const visit = (type: number, { offsetBits, path, tags, index, within, depth }: Spot): void => {
    const push = (leaf: Leaf): void => {
      leaves.push(leaf);
      if (within.length > 0) arms.set(leaf, within);
    };
    const resolved = resolveType(schema, type);
    const isNested = resolved.kind === 'struct' || resolved.kind === 'union';
    if (isNested && !isAddress6(schema, type) && depth < NESTED_MAX) {
      for (const member of resolved.members) {
        const at = offsetBits + member.offsetBits;
        const inner = member.name === '' ? path : [...path, member.name];
        const arm =
          resolved.kind === 'union' ? [...within, { union: resolved, path, member: member.name }] : within;
        if (member.bitSize !== undefined && member.bitSize > 0) {
          push({
            path: inner,
            name: inner.join('.'),
            type: member.type,
            offset: at >> 3,
            size: sizeOfType(schema, member.type),
            bitfield: { offsetBits: at, bits: member.bitSize },
            tags: member.tags ?? [],
          });
        } else {
          const spot = {
            offsetBits: at,
            path: inner,
            tags: member.tags ?? [],
            index: member.index,
            within: arm,
            depth: depth + 1,
          };
          visit(member.type, spot);
        }
      }
      return;
    }
    push({
      path,
      name: path.join('.'),
      type,
      offset: offsetBits >> 3,
      size: sizeOfType(schema, type),
      tags,
      ...(index !== undefined && { index }),
    });
  };
  visit(id, { offsetBits: 0, path: [], tags: [], within: [], depth: 0 });
  const prefix = isPrefixKey(schema, id) ? prefixLeaf(schema, id, leaves) : undefined;
  return prefix ? [prefix] : relateLeaves(schema, leaves, arms);
}
