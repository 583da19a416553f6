import { setImmediate } from 'node:timers/promises';
import { NAME_TEXT_MAX } from '@probepad/protocol/limits';

/** Functions that a runtime made, as its map for perf(1) lists them. */
export interface JitMap {
  /** Of several functions that lie there, the one that was written last: code that was moved is written again, further down. */
  find(address: bigint): { symbol: string; distance: bigint } | undefined;
  /** Bytes that it takes, roughly. */
  size: number;
}

/** Lines of one map that are read. V8 writes some 100,000 in a large program. */
const LINES_MAX = 1_000_000;
/** Lines that are read and put in order before others have their turn. */
const BLOCK_LINES = 4_096;
/** UTF-8 has four bytes for a character at most. */
const NAME_BYTES_MAX = 4 * NAME_TEXT_MAX;

/** Neighbouring lines of the map, in the order of their addresses. */
interface Block {
  starts: Float64Array;
  ends: Float64Array;
  /** The largest end of this and all before it in the block. */
  reach: Float64Array;
  /** Where in the text the line's name begins; further down is newer. */
  names: Uint32Array;
}

interface Line {
  start: number;
  end: number;
  name: number;
}

/**
 * Lines are start and size in hex, then the name. Source: linux/tools/perf/Documentation/jit-interface.txt. Any process writes here
 * what it likes, so nothing in it holds up the thread: blocks are put in order one by one, and searched from the last.
 */
export async function parseJitMap(text: Buffer): Promise<JitMap> {
  const blocks: Block[] = [];
  let lines: Line[] = [];
  let count = 0;
  for (let at = 0; at < text.length && count < LINES_MAX; count++) {
    const found = text.indexOf(10, at);
    const end = found < 0 ? text.length : found;
    const line = lineAt(text, at, end);
    if (line !== undefined) lines.push(line);
    at = end + 1;
    if (count % BLOCK_LINES === BLOCK_LINES - 1) {
      if (lines.length > 0) blocks.push(blockOf(lines));
      lines = [];
      await setImmediate();
    }
  }
  if (lines.length > 0) blocks.push(blockOf(lines));

  return {
    size: text.length + blocks.reduce((sum, { starts }) => sum + 28 * starts.length, 0),
    find(address) {
      const wanted = Number(address);
      for (let at = blocks.length - 1; at >= 0; at--) {
        const block = blocks[at] as Block;
        const index = newestIn(block, wanted);
        if (index === undefined) continue;
        const name = block.names[index] as number;
        const stop = text.indexOf(10, name);
        const last = Math.min(stop < 0 ? text.length : stop, name + NAME_BYTES_MAX);
        return {
          symbol: text.toString('utf8', name, last),
          distance: BigInt(wanted - (block.starts[index] as number)),
        };
      }
      return undefined;
    },
  };
}

/** Undefined for what is no line of a map, and for addresses that no process has (a number is exact up to 2^53). */
function lineAt(text: Buffer, from: number, to: number): Line | undefined {
  const prefix = text[from] === 0x30 && text[from + 1] === 0x78 ? 2 : 0;
  const start = hexAt(text, from + prefix, Math.min(to, from + prefix + 17));
  const length = start && hexAt(text, start.next, Math.min(to, start.next + 9));
  if (start === undefined || length === undefined || length.next >= to) return undefined;
  if (start.value + length.value > Number.MAX_SAFE_INTEGER) return undefined;
  return { start: start.value, end: start.value + length.value, name: length.next };
}

/** Hex digits and the space behind them. */
function hexAt(text: Buffer, from: number, to: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let at = from; at < to; at++) {
    const byte = text[at] as number;
    if (byte === 0x20 && at > from) return { value, next: at + 1 };
    const digit =
      byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
    if (digit < 0) return undefined;
    value = value * 16 + digit;
  }
  return undefined;
}

function blockOf(lines: Line[]): Block {
  lines.sort((a, b) => a.start - b.start);
  let furthest = 0;
  return {
    starts: Float64Array.from(lines, ({ start }) => start),
    ends: Float64Array.from(lines, ({ end }) => end),
    reach: Float64Array.from(lines, ({ end }) => {
      furthest = Math.max(furthest, end);
      return furthest;
    }),
    names: Uint32Array.from(lines, ({ name }) => name),
  };
}

function newestIn({ starts, ends, reach, names }: Block, address: number): number | undefined {
  let low = 0;
  let high = starts.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= address) low = middle + 1;
    else high = middle - 1;
  }
  let newest: number | undefined;
  for (let at = high; at >= 0 && (reach[at] as number) > address; at--) {
    const holds = (ends[at] as number) > address;
    if (holds && (newest === undefined || (names[at] as number) > (names[newest] as number))) newest = at;
  }
  return newest;
}
