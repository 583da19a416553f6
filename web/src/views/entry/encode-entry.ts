import { type Leaf, leavesOf } from '@probepad/protocol/leaves';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { isCharType, resolveType } from '@probepad/protocol/types';
import type { Meaning } from '@probepad/protocol/values/meaning';
import { presentLeaves } from '@probepad/protocol/values/presentation';
import type { GlobalValue } from '../../session/globals.ts';
import { encodeGlobal } from '../globals/encode-global.ts';

/** One member of a key or value that somebody types. */
export interface EntryField {
  name: string;
  /** Where it lies in the key or value, in bytes. */
  offset: number;
  size: number;
  /** What may be typed, for people. */
  example: string;
  /** As hex; undefined for what is no such value. */
  encode(typed: string): string | undefined;
}

const SWAPPED: readonly Meaning[] = ['port_be', 'big_endian', 'ethertype_be'];

/** The members of a key or value by what is typed for each; undefined where there is one that nobody could type. */
export function entryFields(schema: ProbeSchema, type: number, alone: string): EntryField[] | undefined {
  const leaves = leavesOf(schema, type);
  const shown = presentLeaves(schema, leaves, type);
  const fields = leaves.map((leaf, at) => {
    const field = fieldOf(schema, leaf, shown[at]?.meaning ?? 'plain');
    return field && { name: leaf.name || alone, offset: leaf.offset, size: leaf.size, ...field };
  });
  return fields.every((field) => field !== undefined) ? fields : undefined;
}

function fieldOf(
  schema: ProbeSchema,
  leaf: Leaf,
  meaning: Meaning,
): Pick<EntryField, 'example' | 'encode'> | undefined {
  if (leaf.bitfield) return undefined;
  if (leaf.prefix)
    return leaf.prefix.bytes === 4 ? { example: '10.0.0.0/8', encode: encodePrefix } : undefined;
  if (meaning === 'ipv4' && leaf.size === 4) return { example: '10.0.0.1', encode: encodeIpv4 };
  const type = resolveType(schema, leaf.type);
  const { size } = leaf;
  const plain =
    (encoding: GlobalValue['encoding']) =>
    (typed: string): string | undefined =>
      encodeGlobal(typed, encoding, size);
  switch (type.kind) {
    case 'int': {
      if (type.encoding === 'bool') return { example: 'true', encode: plain('bool') };
      const encode = plain(type.signed ? 'signed' : 'unsigned');
      return { example: '1', encode: SWAPPED.includes(meaning) ? (typed) => swapped(encode(typed)) : encode };
    }
    case 'enum': {
      const byName = new Map(type.values);
      const encode = plain(type.signed ? 'signed' : 'unsigned');
      return {
        example: type.values[0]?.[0] ?? '1',
        encode: (typed) => encode(byName.get(typed.trim()) ?? typed),
      };
    }
    case 'float':
      return { example: '1', encode: plain('float') };
    case 'array':
      return isCharType(schema, type.element) ? { example: 'text', encode: plain('text') } : undefined;
    default:
      return undefined;
  }
}

/** A key or value of `size` bytes from what was typed for its members; undefined where something does not fit. Bytes between them are zero. */
export function encodeEntry(
  fields: readonly EntryField[],
  size: number,
  typed: readonly string[],
): string | undefined {
  const bytes = Array<string>(size).fill('00');
  for (const [at, field] of fields.entries()) {
    const hex = field.encode(typed[at] ?? '');
    if (hex === undefined) return undefined;
    bytes.splice(field.offset, hex.length / 2, ...bytesOf(hex));
  }
  return bytes.join('');
}

function bytesOf(hex: string): string[] {
  return hex.match(/../g) ?? [];
}

function swapped(hex: string | undefined): string | undefined {
  return hex && bytesOf(hex).reverse().join('');
}

/** Octets as memory has them, which is the order in which they are written. */
function encodeIpv4(typed: string): string | undefined {
  const octets = typed.trim().split('.');
  if (octets.length !== 4 || octets.some((octet) => !/^\d{1,3}$/.test(octet) || Number(octet) > 255))
    return undefined;
  return octets.map((octet) => Number(octet).toString(16).padStart(2, '0')).join('');
}

/** The length in bits, which is a number of four bytes, before the address. Source: linux/bpf.h, struct bpf_lpm_trie_key. */
function encodePrefix(typed: string): string | undefined {
  const [address = '', length = '32'] = typed.trim().split('/');
  const octets = encodeIpv4(address);
  const bits = /^\d+$/.test(length) && Number(length) <= 32 ? encodeGlobal(length, 'unsigned', 4) : undefined;
  return octets && bits && bits + octets;
}
