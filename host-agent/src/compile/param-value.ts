import { fail } from '@probepad/protocol/errors';
import type { ProbeSchema, Type } from '@probepad/protocol/schema';

type Types = readonly Type[];
type Struct = Extract<Type, { kind: 'struct' | 'union' }>;

/** Elements of an array that are printed; more are left out. */
const ELEMENTS_SHOWN = 64;
const DEPTH_MAX = 16;

/**
 * The bytes of a `const volatile` global for a value in C notation: `42`, `0x2a`, `-1`, `'a'`, `true`, `1.5`, `bash`
 * (char arrays; quotes are optional), `ENUM_NAME`, `{1, 2}` and `{pid = 1}` (arrays and structs). Fails with `bad_param`.
 */
export function encodeParam(
  schema: Pick<ProbeSchema, 'params' | 'types'>,
  name: string,
  text: string,
): { section: string; offset: number; bytes: string } {
  const param = schema.params.find((candidate) => candidate.name === name);
  if (param === undefined) bad(name, `the program has no const volatile variable of that name`);
  const bytes = new Uint8Array(param.size);
  encode(schema.types, param.type, text.trim(), bytes, name, 0);
  return { section: param.section, offset: param.offset, bytes: Buffer.from(bytes).toString('hex') };
}

function bad(param: string, reason: string): never {
  fail('bad_param', `setting ${param}: ${reason}`, { param, reason });
}

function encode(
  types: Types,
  id: number,
  text: string,
  into: Uint8Array,
  param: string,
  depth: number,
): void {
  if (depth > DEPTH_MAX) bad(param, 'nested too deeply');
  const type = types[id];
  switch (type?.kind) {
    case 'typedef':
      encode(types, type.target, text, into, param, depth + 1);
      return;
    case 'int':
      encodeInteger(integerOf(text, param), type.signed, type.encoding === 'bool', into, param);
      return;
    case 'pointer':
      encodeInteger(integerOf(text, param), false, false, into, param);
      return;
    case 'enum': {
      const named = type.values.find(([name]) => name === text)?.[1];
      const value =
        named === undefined
          ? integerOf(
              text,
              param,
              type.values.map(([name]) => name),
            )
          : BigInt(named);
      encodeInteger(value, type.signed || value < 0n, false, into, param);
      return;
    }
    case 'float': {
      const value = Number(text);
      if (text === '' || Number.isNaN(value)) bad(param, `${quoted(text)} is no number`);
      const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
      if (type.size === 4) view.setFloat32(0, value, LITTLE_ENDIAN);
      else if (type.size === 8) view.setFloat64(0, value, LITTLE_ENDIAN);
      else bad(param, `a float of ${type.size} bytes`);
      return;
    }
    case 'array': {
      if (isChar(types, type.element) && !text.startsWith('{')) {
        encodeText(text, into, param);
        return;
      }
      const parts = listOf(text, param);
      const size = sizeOfType(types, type.element);
      if (parts.length > type.length) bad(param, `${parts.length} elements where ${type.length} fit`);
      parts.forEach((part, index) => {
        encode(types, type.element, part, into.subarray(index * size, (index + 1) * size), param, depth + 1);
      });
      return;
    }
    case 'struct':
    case 'union':
      encodeStruct(types, type, text, into, param, depth);
      return;
    default:
      bad(param, 'a value of this type cannot be set');
  }
}

function encodeStruct(
  types: Types,
  type: Struct,
  text: string,
  into: Uint8Array,
  param: string,
  depth: number,
): void {
  listOf(text, param).forEach((part, index) => {
    const named = /^\.?([A-Za-z_]\w*)\s*[=:]\s*([\s\S]*)$/.exec(part);
    const member = named ? type.members.find(({ name }) => name === named[1]) : type.members[index];
    if (member === undefined) bad(param, `${type.name || 'the struct'} has no member for ${quoted(part)}`);
    if (member.bitSize !== undefined) bad(param, `bitfield ${member.name} cannot be set`);
    const at = member.offsetBits / 8;
    const size = sizeOfType(types, member.type);
    encode(types, member.type, named?.[2] ?? part, into.subarray(at, at + size), param, depth + 1);
  });
}

function integerOf(text: string, param: string, names: readonly string[] = []): bigint {
  if (text === 'true') return 1n;
  if (text === 'false') return 0n;
  const character = /^'(\\?.)'$/u.exec(text)?.[1];
  if (character !== undefined) return BigInt(unescaped(character).codePointAt(0) ?? 0);
  const digits =
    /^([+-]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)([uU]?[lL]{0,2}|[lL]{1,2}[uU])$/.exec(text);
  if (digits === null) {
    const known = names.length > 0 ? ` (one of ${names.slice(0, 8).join(', ')})` : '';
    bad(param, `${quoted(text)} is no integer${known}`);
  }
  const [, sign, number = '0'] = digits;
  const value = BigInt(/^0[0-7]+$/.test(number) ? `0o${number.slice(1)}` : number);
  return sign === '-' ? -value : value;
}

function encodeInteger(value: bigint, signed: boolean, bool: boolean, into: Uint8Array, param: string): void {
  const bits = into.length * 8;
  const [low, high] = bool
    ? [0n, 1n]
    : [signed ? -(1n << BigInt(bits - 1)) : 0n, (1n << BigInt(signed ? bits - 1 : bits)) - 1n];
  if (bits === 0 || bits > 128) bad(param, `an integer of ${bits} bits`);
  if (value < low || value > high) bad(param, `${value} is not between ${low} and ${high}`);
  const raw = BigInt.asUintN(bits, value);
  for (let index = 0; index < into.length; index++) {
    const shift = LITTLE_ENDIAN ? index : into.length - 1 - index;
    into[index] = Number((raw >> BigInt(shift * 8)) & 255n);
  }
}

function encodeText(text: string, into: Uint8Array, param: string): void {
  const quotes = /^"((?:[^"\\]|\\[\s\S])*)"$/.exec(text);
  const bytes = Buffer.from(quotes ? unescaped(quotes[1] ?? '') : text);
  // One byte stays 0: programs compare these arrays as C strings.
  if (bytes.length >= into.length) bad(param, `${bytes.length} bytes where ${into.length - 1} fit`);
  into.set(bytes);
}

/** Splits `{a, {b, c}, "d,e"}` at its own commas. */
function listOf(text: string, param: string): string[] {
  if (!text.startsWith('{') || !text.endsWith('}')) bad(param, `${quoted(text)} is no list: write {1, 2}`);
  const parts: string[] = [];
  let depth = 0;
  let inText = false;
  let part = '';
  for (const character of text.slice(1, -1)) {
    if (character === '"' && !part.endsWith('\\')) inText = !inText;
    if (!inText && character === '{') depth++;
    if (!inText && character === '}') depth--;
    if (character === ',' && depth === 0 && !inText) {
      parts.push(part.trim());
      part = '';
    } else part += character;
  }
  if (depth !== 0 || inText) bad(param, 'a brace or quote is not closed');
  if (part.trim() !== '') parts.push(part.trim());
  return parts;
}

/** A value in the notation that `encodeParam` takes. */
export function formatValue(
  types: Types,
  id: number,
  bytes: Uint8Array,
  littleEndian: boolean,
  depth = 0,
): string {
  const type = types[id];
  if (depth > DEPTH_MAX) return '';
  switch (type?.kind) {
    case 'typedef':
      return formatValue(types, type.target, bytes, littleEndian, depth + 1);
    case 'int': {
      const value = integerAt(bytes, type.size, type.signed, littleEndian);
      if (type.encoding === 'bool') return value === 0n ? 'false' : 'true';
      return value.toString();
    }
    case 'pointer':
      return `0x${integerAt(bytes, 8, false, littleEndian).toString(16)}`;
    case 'enum': {
      const value = integerAt(bytes, type.size, type.signed, littleEndian).toString();
      return type.values.find(([, known]) => known === value)?.[0] ?? value;
    }
    case 'float': {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (type.size === 4 && bytes.length >= 4) return String(view.getFloat32(0, littleEndian));
      return type.size === 8 && bytes.length >= 8 ? String(view.getFloat64(0, littleEndian)) : '';
    }
    case 'array': {
      if (isChar(types, type.element)) return formatText(bytes);
      const size = sizeOfType(types, type.element);
      const shown: string[] = [];
      // Elements that are all 0 at the end need not be written.
      let used = bytes.length;
      while (used > 0 && bytes[used - 1] === 0) used--;
      for (let at = 0; size > 0 && at < used && shown.length < ELEMENTS_SHOWN; at += size) {
        shown.push(formatValue(types, type.element, bytes.subarray(at, at + size), littleEndian, depth + 1));
      }
      return `{${shown.join(', ')}}`;
    }
    case 'struct':
    case 'union': {
      const shown = type.members
        .filter(({ bitSize }) => bitSize === undefined)
        .slice(0, type.kind === 'union' ? 1 : ELEMENTS_SHOWN)
        .map((member) => {
          const at = member.offsetBits / 8;
          const part = bytes.subarray(at, at + sizeOfType(types, member.type));
          const value = formatValue(types, member.type, part, littleEndian, depth + 1);
          return member.name === '' ? value : `${member.name} = ${value}`;
        });
      return `{${shown.join(', ')}}`;
    }
    default:
      return '';
  }
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function integerAt(bytes: Uint8Array, size: number, signed: boolean, littleEndian: boolean): bigint {
  let value = 0n;
  for (let index = 0; index < Math.min(size, bytes.length); index++) {
    const byte = bytes[littleEndian ? index : size - 1 - index] ?? 0;
    value |= BigInt(byte) << BigInt(index * 8);
  }
  return signed ? BigInt.asIntN(size * 8, value) : value;
}

function formatText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  return /^[\w./:@+-]*$/.test(text) ? text : JSON.stringify(text);
}

function unescaped(text: string): string {
  const named: Record<string, string> = { n: '\n', t: '\t', r: '\r', '0': '\0' };
  return text.replace(/\\([\s\S])/g, (_, character: string) => named[character] ?? character);
}

function isChar(types: Types, id: number): boolean {
  const type = types[id];
  return type?.kind === 'int' && type.encoding === 'char';
}

function sizeOfType(types: Types, id: number, depth = 0): number {
  const type = types[id];
  if (depth > DEPTH_MAX || type === undefined) return 0;
  switch (type.kind) {
    case 'typedef':
      return sizeOfType(types, type.target, depth + 1);
    case 'array':
      return type.length * sizeOfType(types, type.element, depth + 1);
    case 'pointer':
      return 8;
    case 'void':
      return 0;
    default:
      return type.size;
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
