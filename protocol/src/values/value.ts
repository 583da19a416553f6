import type { ProbeSchema, Type } from '../schema.ts';
import { isAddress6, isCharType, resolveType, sizeOfType } from '../types.ts';

/** A decoded value. Integers of up to 32 bits are numbers, 64-bit ones bigints, so that none loses a bit. */
export type Value = number | bigint | boolean | string | null | Value[] | { [member: string]: Value };

/** The WHATWG decoder, which Node and browsers share; declared here because this package takes neither's types. */
declare const TextDecoder: new (label: string) => { decode(bytes: Uint8Array): string };

const utf8 = new TextDecoder('utf-8');

/** The text of a char array: up to the first NUL; broken UTF-8 becomes U+FFFD. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  let stop = start;
  let ascii = true;
  while (stop < end && bytes[stop] !== 0) {
    if ((bytes[stop] as number) > 0x7f) ascii = false;
    stop++;
  }
  if (!ascii || stop - start > 64) return utf8.decode(bytes.subarray(start, stop));
  let result = '';
  for (let at = start; at < stop; at++) result += String.fromCharCode(bytes[at] as number);
  return result;
}

/**
 * The text of a char array of `length` bytes (0: up to `end`) that holds words, each with its NUL. The u32 at `countAt` says how many bytes
 * of it count; NULs after the last word's are left out. Null where the record ends before.
 */
export function readWords(
  view: DataView,
  place: { start: number; length: number; countAt: number },
  end: number,
): string | null {
  if (place.countAt + 4 > end || place.start > end) return null;
  const count = Math.min(view.getUint32(place.countAt, true), place.length || Number.POSITIVE_INFINITY);
  const size = Math.min(count, end - place.start);
  const bytes = new Uint8Array(view.buffer, view.byteOffset + place.start, size);
  return utf8.decode(bytes).replace(/\0+$/, '\0');
}

/** `bits` bits that start `offsetBits` into the view, little-endian, as BTF counts them. Nulls past the end. */
export function readBitfield(view: DataView, offsetBits: number, bits: number, signed: boolean): Value {
  const first = offsetBits >> 3;
  const last = (offsetBits + bits - 1) >> 3;
  if (last >= view.byteLength) return null;
  let raw = 0n;
  for (let at = last; at >= first; at--) raw = (raw << 8n) | BigInt(view.getUint8(at));
  raw >>= BigInt(offsetBits & 7);
  const value = signed ? BigInt.asIntN(bits, raw) : BigInt.asUintN(bits, raw);
  return bits <= 32 ? Number(value) : value;
}

/** An integer of 1, 2, 4, 8 or 16 bytes; 16-byte ones are bigints too. */
export function readInteger(view: DataView, offset: number, size: number, signed: boolean): number | bigint {
  switch (size) {
    case 1:
      return signed ? view.getInt8(offset) : view.getUint8(offset);
    case 2:
      return signed ? view.getInt16(offset, true) : view.getUint16(offset, true);
    case 4:
      return signed ? view.getInt32(offset, true) : view.getUint32(offset, true);
    case 8:
      return signed ? view.getBigInt64(offset, true) : view.getBigUint64(offset, true);
    default: {
      let raw = 0n;
      for (let at = offset + size - 1; at >= offset; at--) raw = (raw << 8n) | BigInt(view.getUint8(at));
      return signed ? BigInt.asIntN(size * 8, raw) : raw;
    }
  }
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Bytes as lower-case hex. */
export function hexOf(bytes: Uint8Array, start: number, end: number): string {
  let result = '';
  for (let at = start; at < end; at++) result += hex[bytes[at] as number];
  return result;
}

/**
 * One value of any type, nested as its type is; an IPv6 address is the list of its octets. `end` is where the record ends: what
 * lies past it is null, and an array of unknown length (a flexible array member) reaches up to it.
 */
export function readValue(
  schema: ProbeSchema,
  id: number,
  bytes: Uint8Array,
  offset: number,
  end: number,
): Value {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return read(schema, id, bytes, view, offset, end, 0);
}

function read(
  schema: ProbeSchema,
  id: number,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  end: number,
  depth: number,
): Value {
  const type: Type = resolveType(schema, id);
  if (depth > 16) return null;
  if (type.kind === 'array') {
    const size = sizeOfType(schema, type.element);
    if (isCharType(schema, type.element)) {
      const stop = type.length === 0 ? end : Math.min(offset + type.length, end);
      return offset > end ? null : textOf(bytes, offset, stop);
    }
    const room = size === 0 ? 0 : Math.floor(Math.max(0, end - offset) / size);
    const length = type.length === 0 ? room : Math.min(type.length, room);
    const values: Value[] = [];
    for (let at = 0; at < length; at++) {
      values.push(read(schema, type.element, bytes, view, offset + at * size, end, depth + 1));
    }
    return values;
  }
  if (type.kind === 'struct' || type.kind === 'union') {
    if (isAddress6(schema, id)) {
      return offset + 16 > end ? null : Array.from(bytes.subarray(offset, offset + 16));
    }
    const value: { [member: string]: Value } = {};
    for (const member of type.members) {
      const at = offset * 8 + member.offsetBits;
      if (member.bitSize !== undefined && member.bitSize > 0) {
        value[member.name] = readBits(schema, member.type, view, at, member.bitSize, end);
        continue;
      }
      const inner = read(schema, member.type, bytes, view, at >> 3, end, depth + 1);
      if (member.name === '' && isRecord(inner)) Object.assign(value, inner);
      else value[member.name] = inner;
    }
    return value;
  }
  const size = sizeOfType(schema, id);
  if (offset + size > end) return null;
  switch (type.kind) {
    case 'int':
      if (type.encoding === 'bool') return view.getUint8(offset) !== 0;
      return readInteger(view, offset, size, type.signed);
    case 'enum':
      return enumName(type, readInteger(view, offset, size, type.signed));
    case 'float':
      if (size === 4) return view.getFloat32(offset, true);
      return size === 8 ? view.getFloat64(offset, true) : hexOf(bytes, offset, offset + size);
    case 'pointer':
      return view.getBigUint64(offset, true);
    default:
      return size === 0 ? null : hexOf(bytes, offset, offset + size);
  }
}

/** A bitfield's value by its type: bool, enum name or integer. `offsetBits` counts from the view's start. */
export function readBits(
  schema: ProbeSchema,
  id: number,
  view: DataView,
  offsetBits: number,
  bits: number,
  end: number,
): Value {
  if ((offsetBits + bits + 7) >> 3 > end) return null;
  const type = resolveType(schema, id);
  const signed = (type.kind === 'int' || type.kind === 'enum') && type.signed;
  const value = readBitfield(view, offsetBits, bits, signed);
  if (type.kind === 'int' && type.encoding === 'bool') return value !== 0;
  return type.kind === 'enum' && value !== null ? enumName(type, value as number | bigint) : value;
}

/** The name of an enum's value, or the number where it has none (flags, newer kernels). */
export function enumName(
  type: Extract<Type, { kind: 'enum' }>,
  value: number | bigint,
): string | number | bigint {
  const decimal = String(value);
  return type.values.find(([, known]) => known === decimal)?.[0] ?? value;
}

function isRecord(value: Value): value is { [member: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value for JSON: integers beyond 2^53 as decimal strings, everything else as it is. */
export function toJson(value: Value): unknown {
  if (typeof value === 'bigint') {
    return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value.toString();
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toJson(inner)]));
  return value;
}
