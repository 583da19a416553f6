import type { Leaf } from './leaves.ts';
import type { ProbeSchema } from './schema.ts';
import { resolveType, sizeOfType } from './types.ts';

/** Bytes of a key's length, which stands before what it is a length of. Source: linux/bpf.h, struct bpf_lpm_trie_key. */
export const PREFIX_LENGTH_SIZE = 4;
const ADDRESS_SIZES = [4, 16];

/** Whether a type is the key of a trie of prefixes. */
export function isPrefixKey(schema: ProbeSchema, id: number): boolean {
  return schema.sources.some(({ mapType, keyType }) => mapType === 'lpm_trie' && keyType === id);
}

/**
 * The key of a trie as one member, where all of it is one length and one thing that it is the prefix of: an address, or bytes of
 * which nothing more is known. Undefined where the program tells more members apart, or says what it is: a text, or by an annotation.
 */
export function prefixLeaf(schema: ProbeSchema, id: number, members: readonly Leaf[]): Leaf | undefined {
  const size = sizeOfType(schema, id);
  const bytes = size - PREFIX_LENGTH_SIZE;
  if (bytes < 1) return undefined;
  if (resolveType(schema, id).kind === 'struct') {
    const behind = members.filter((leaf) => leaf.offset > 0 && leaf.size > 0);
    // More than one at the same place are members of a union.
    if (behind.length === 0 || behind.some(({ offset }) => offset !== PREFIX_LENGTH_SIZE)) return undefined;
    if (behind.some(({ type, tags }) => tags.length > 0 || isText(schema, type))) return undefined;
    const [first] = behind;
    if (!ADDRESS_SIZES.includes(bytes) && (behind.length > 1 || first?.size !== bytes)) return undefined;
  }
  return { path: [], name: '', type: id, offset: 0, size, prefix: { bytes }, tags: [] };
}

function isText(schema: ProbeSchema, id: number): boolean {
  const type = resolveType(schema, id);
  if (type.kind !== 'array') return false;
  const element = resolveType(schema, type.element);
  return element.kind === 'int' && element.encoding === 'char';
}
