import { setImmediate } from 'node:timers/promises';

/** The functions of one ELF file, by the addresses that it is linked at, and which of those its segments are. */
export interface SymbolTable {
  /** By the file offset of a mapping's byte. @returns undefined where no segment or no function lies there */
  find(offset: bigint): { symbol: string; distance: bigint } | undefined;
  /** Hex; empty where the file has none. */
  buildId: string;
  /** Bytes that it takes, roughly. */
  size: number;
}

/** Functions of one file: a browser's has some 500,000. */
export const FUNCTIONS_MAX = 1_000_000;
/** Lines that are read before others have their turn. */
const SLICE_LINES = 4_000;

interface Segment {
  offset: bigint;
  address: bigint;
  size: bigint;
}

/** A function as `readelf --symbols` prints it. */
interface Listed {
  address: bigint;
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
  for (const line of linesOf(text)) {
    const symbol = symbolOf(line);
    if (symbol !== undefined && listed.length < FUNCTIONS_MAX) listed.push(symbol);
    else if (segments.length < 256) {
      const segment = segmentOf(line);
      if (segment !== undefined) segments.push(segment);
      buildId ||= /^\s*Build ID: ([0-9a-f]{8,128})\s*$/.exec(line)?.[1] ?? '';
    }
    if (++lines % SLICE_LINES === 0) await setImmediate();
  }
  listed.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : b.rank - a.rank));
  const best = listed.filter(({ address }, at) => address !== listed[at - 1]?.address);
  return tableOf(segments, best, buildId);
}

function* linesOf(text: Buffer): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf(10, start);
    const end = found < 0 ? text.length : found;
    yield text.toString('utf8', start, end);
    start = end + 1;
  }
}

const SEGMENT = /^ {2}LOAD\s+0x([0-9a-f]+) 0x([0-9a-f]+) 0x[0-9a-f]+ 0x([0-9a-f]+) 0x[0-9a-f]+ /;

/** Segments without the E flag too: a mapping is made executable later by loaders of their own. */
function segmentOf(line: string): Segment | undefined {
  const [, offset, address, size] = SEGMENT.exec(line) ?? [];
  if (offset === undefined) return undefined;
  return { offset: BigInt(`0x${offset}`), address: BigInt(`0x${address}`), size: BigInt(`0x${size}`) };
}

const SYMBOL =
  /^\s*\d+: ([0-9a-f]{8,16}) +(0x[0-9a-f]+|\d+) (FUNC|IFUNC|GNU_IFUNC|NOTYPE) +(LOCAL|GLOBAL|WEAK|UNIQUE) +\w+ +(?:\[[^\]]*\] +)?(\w+) (.+)$/;

/**
 * A function that the file itself has. Labels without a type are code of assemblers if nothing better lies there; those of ARM's and
 * RISC-V's mapping symbols and of compilers are none. A version behind @ is no part of the name.
 */
function symbolOf(line: string): Listed | undefined {
  const [, address, size, type, bind, section, name = ''] = SYMBOL.exec(line) ?? [];
  if (address === undefined || section === 'UND' || section === 'ABS') return undefined;
  const plain = name.replace(/(?<=.)@.*$/, '').trim();
  if (plain === '' || /^[$.]/.test(plain)) return undefined;
  const rank =
    (type === 'NOTYPE' ? 0 : 8) + (bind === 'LOCAL' ? 0 : 4) + (Number(size) > 0 ? 2 : 0) + tidiness(plain);
  return { address: BigInt(`0x${address}`), size: Number(size), name: plain, rank };
}

/** Of several names of one place people know the one without underscores in front; mangled names begin with one. */
function tidiness(name: string): number {
  return name.startsWith('_') && !/^_(Z|R)/.test(name) ? 0 : 1;
}

function tableOf(segments: readonly Segment[], functions: readonly Listed[], buildId: string): SymbolTable {
  // Typed: half a million objects would cost ten times as much.
  const addresses = BigUint64Array.from(functions, ({ address }) => address);
  const sizes = Float64Array.from(functions, ({ size }) => size);
  const names = functions.map(({ name }) => name);
  const size = names.reduce((sum, name) => sum + 40 + name.length, 1_000);
  return {
    buildId,
    size,
    find(offset) {
      const segment = segments.find(
        (candidate) => candidate.offset <= offset && offset < candidate.offset + candidate.size,
      );
      if (segment === undefined) return undefined;
      const address = offset - segment.offset + segment.address;
      const at = lastAtMost(addresses, address);
      const symbol = names[at];
      const start = addresses[at];
      if (symbol === undefined || start === undefined || start < segment.address) return undefined;
      const distance = address - start;
      // Without a size (an assembler's label) it reaches up to the next one.
      const length = sizes[at] as number;
      return length > 0 && distance >= BigInt(length) ? undefined : { symbol, distance };
    },
  };
}

function lastAtMost(addresses: BigUint64Array, address: bigint): number {
  let low = 0;
  let high = addresses.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((addresses[middle] as bigint) <= address) low = middle + 1;
    else high = middle - 1;
  }
  return high;
}
