import { setImmediate } from 'node:timers/promises';

/** The functions of one ELF file, by the addresses that it is linked at, and which of those its segments are. */
export interface SymbolTable {
  /** By the file offset of a mapping's byte. @returns undefined where no segment or no function lies there */
  find(offset: bigint): { symbol: string; distance: bigint } | undefined;
  /** No function was listed. */
  isEmpty: boolean;
  /** Hex; empty where the file has none. */
  buildId: string;
  /** Bytes that it takes, roughly. */
  size: number;
}

/** Functions of one file: a browser's has some 500,000. */
export const FUNCTIONS_MAX = 1_000_000;
/** Lines that are read before others have their turn: some milliseconds' work. */
const SLICE_LINES = 8_000;

interface Segment {
  offset: bigint;
  address: bigint;
  size: bigint;
}

/** A function as `readelf --symbols` prints it. */
interface Listed {
  address: number;
  size: number;
  name: string;
  rank: number;
}

/**
 * Reads what `readelf --wide --segments --symbols --notes` prints, the form that GNU's and LLVM's share. The file may have been made
 * to mislead: whatever stands in the text, a table of it is bounded and only gives wrong names to that file's own addresses.
 */
export async function parseSymbols(text: Buffer): Promise<SymbolTable> {
  const segments: Segment[] = [];
  const listed: Listed[] = [];
  let buildId = '';
  let lines = 0;
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf(NEWLINE, start);
    const end = found < 0 ? text.length : found;
    const number = afterSpaces(text, start);
    if (isDigit(text[number])) {
      const symbol = listed.length < FUNCTIONS_MAX ? symbolIn(text, number, end) : undefined;
      if (symbol !== undefined) listed.push(symbol);
    } else if (segments.length < 256 && end - start < HEADER_LINE_MAX) {
      const line = text.toString('utf8', start, end);
      const segment = segmentOf(line);
      if (segment !== undefined) segments.push(segment);
      buildId ||= /^\s*Build ID: ([0-9a-f]{8,128})\s*$/.exec(line)?.[1] ?? '';
    }
    start = end + 1;
    if (++lines % SLICE_LINES === 0) await setImmediate();
  }
  listed.sort((a, b) => a.address - b.address || b.rank - a.rank);
  const best = listed.filter(({ address }, at) => address !== listed[at - 1]?.address);
  return tableOf(segments, best, buildId);
}

/** A line of program headers or notes is no longer. */
const HEADER_LINE_MAX = 512;

const SEGMENT = /^ {2}LOAD\s+0x([0-9a-f]+) 0x([0-9a-f]+) 0x[0-9a-f]+ 0x([0-9a-f]+) 0x[0-9a-f]+ /;

/** Segments without the E flag too: a mapping is made executable later by loaders of their own. */
function segmentOf(line: string): Segment | undefined {
  const [, offset, address, size] = SEGMENT.exec(line) ?? [];
  if (offset === undefined) return undefined;
  return { offset: BigInt(`0x${offset}`), address: BigInt(`0x${address}`), size: BigInt(`0x${size}`) };
}

const NEWLINE = 10;
const SPACE = 32;
const COLON = 58;

/**
 * A function in a line of the form `Num: Value Size Type Bind Vis Ndx Name`, of which there are hundreds of thousands: read byte by
 * byte, and only names of functions become text.
 * @param from where its number begins
 */
function symbolIn(text: Buffer, from: number, end: number): Listed | undefined {
  let at = from;
  while (isDigit(text[at])) at++;
  if (text[at] !== COLON) return undefined;
  const valueAt = afterSpaces(text, at + 1);
  const valueEnd = afterWord(text, valueAt, end);
  const sizeAt = afterSpaces(text, valueEnd);
  const typeAt = afterSpaces(text, afterWord(text, sizeAt, end));
  const typeEnd = afterWord(text, typeAt, end);
  const isNamed = isWord(text, typeAt, typeEnd, 'NOTYPE');
  if (!isNamed && !FUNCTIONS.some((type) => isWord(text, typeAt, typeEnd, type))) return undefined;
  const bindAt = afterSpaces(text, typeEnd);
  const bindEnd = afterWord(text, bindAt, end);
  let sectionAt = afterSpaces(text, afterWord(text, afterSpaces(text, bindEnd), end));
  // What other bits of the visibility say: `[VARIANT_PCS]`.
  if (text[sectionAt] === 0x5b) sectionAt = afterSpaces(text, text.indexOf(0x5d, sectionAt) + 1);
  const sectionEnd = afterWord(text, sectionAt, end);
  if (sectionEnd >= end || isWord(text, sectionAt, sectionEnd, 'UND')) return undefined;
  if (isWord(text, sectionAt, sectionEnd, 'ABS')) return undefined;
  const address = hexIn(text, valueAt, valueEnd);
  if (address === undefined) return undefined;
  const size = Number(text.toString('latin1', sizeAt, afterWord(text, sizeAt, end)));
  const name = text.toString('utf8', sectionEnd + 1, end);
  const version = name.indexOf('@', 1);
  const plain = (version < 0 ? name : name.slice(0, version)).trim();
  if (plain === '' || plain.startsWith('$') || plain.startsWith('.') || Number.isNaN(size)) return undefined;
  const isLocal = isWord(text, bindAt, bindEnd, 'LOCAL');
  const rank = (isNamed ? 0 : 8) + (isLocal ? 0 : 4) + (size > 0 ? 2 : 0) + tidiness(plain);
  return { address, size, name: plain, rank };
}

const FUNCTIONS = ['FUNC', 'IFUNC', 'GNU_IFUNC'];

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

function afterSpaces(text: Buffer, from: number): number {
  let at = from;
  while (text[at] === SPACE) at++;
  return at;
}

function afterWord(text: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && text[at] !== SPACE) at++;
  return at;
}

function isWord(text: Buffer, from: number, to: number, word: string): boolean {
  if (to - from !== word.length) return false;
  for (let at = 0; at < word.length; at++) if (text[from + at] !== word.charCodeAt(at)) return false;
  return true;
}

/** Undefined for what is no address of a process: it would be no exact number either. */
function hexIn(text: Buffer, from: number, to: number): number | undefined {
  if (to - from < 8 || to - from > 16) return undefined;
  let value = 0;
  for (let at = from; at < to; at++) {
    const byte = text[at] as number;
    const digit = isDigit(byte) ? byte - 48 : byte >= 97 && byte <= 102 ? byte - 87 : -1;
    if (digit < 0) return undefined;
    value = value * 16 + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** Of several names of one place people know the one without underscores in front; mangled names begin with one. */
function tidiness(name: string): number {
  return name.startsWith('_') && !/^_(Z|R)/.test(name) ? 0 : 1;
}

function tableOf(segments: readonly Segment[], functions: readonly Listed[], buildId: string): SymbolTable {
  // Typed: half a million objects would cost ten times as much.
  const addresses = Float64Array.from(functions, ({ address }) => address);
  const sizes = Float64Array.from(functions, ({ size }) => size);
  const names = functions.map(({ name }) => name);
  const size = names.reduce((sum, name) => sum + 40 + name.length, 1_000);
  return {
    isEmpty: functions.length === 0,
    buildId,
    size,
    find(offset) {
      const segment = segments.find(
        (candidate) => candidate.offset <= offset && offset < candidate.offset + candidate.size,
      );
      if (segment === undefined) return undefined;
      const address = offset - segment.offset + segment.address;
      const at = lastAtMost(addresses, Number(address));
      const symbol = names[at];
      const start = addresses[at];
      if (symbol === undefined || start === undefined || start < segment.address) return undefined;
      const distance = address - BigInt(start);
      // Without a size (an assembler's label) it reaches up to the next one.
      const length = sizes[at] as number;
      return length > 0 && distance >= BigInt(length) ? undefined : { symbol, distance };
    },
  };
}

function lastAtMost(addresses: Float64Array, address: number): number {
  let low = 0;
  let high = addresses.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((addresses[middle] as number) <= address) low = middle + 1;
    else high = middle - 1;
  }
  return high;
}
