import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Name } from '@probepad/protocol/values/name';
import { execute } from '../exec/execute.ts';

/** Functions of the kernel, its modules and BPF programs by address. */
export interface KernelSymbols {
  find(address: bigint): Promise<Name | undefined>;
  /** Whether the list has addresses: undefined before the first look, false under kptr_restrict. */
  readonly shown: boolean | undefined;
}

/** A longer function is none of the kernel's: the address lies in something that has no symbol. */
const FUNCTION_MAX = 64 * 1024;
/** The list is read again for an unknown address at most this often, in milliseconds: it takes some 0.1 s. */
const RE_READ_INTERVAL = 5_000;
/** BPF programs come and go in the same memory, so an older list may name one that is gone. */
const BPF_TRUSTED = 10_000;
/** Bytes that are looked at before others have their turn. */
const SLICE = 256 * 1024;
/** All that is kernel text has these upper 16 bits, and what is below fits a number exactly. */
const UPPER = 0xffffn;

interface Table {
  /** The lower 48 bits, ascending. */
  addresses: Float64Array;
  names: string[];
  /** What the list says about changes: the modules that were loaded. */
  modules: string;
  readAt: number;
}

export interface SymbolFiles {
  /** The text of /proc/kallsyms. */
  symbols(): Promise<Buffer>;
  /** The text of /proc/modules. */
  modules(): Promise<string>;
}

/** /proc/kallsyms of a large kernel has some 20 MB. */
const LIST_MAX = 64 * 1024 * 1024;
const LIST_TIMEOUT = 20_000;

/** As the loader may see them: the agent itself may be shown no addresses. */
export function symbolFiles(loaderPath: string): SymbolFiles {
  return {
    async symbols() {
      const { code, stdout } = await execute({
        file: loaderPath,
        args: ['kernel-symbols'],
        timeoutMs: LIST_TIMEOUT,
        stdoutMax: LIST_MAX,
        stderrMax: 4 * 1024,
      });
      return code === 0 ? stdout : readFile('/proc/kallsyms');
    },
    modules: () => readFile('/proc/modules', 'utf8').catch(() => ''),
  };
}

export function createKernelSymbols(
  files: SymbolFiles,
  now: () => number = () => performance.now(),
): KernelSymbols {
  let table: Table | undefined;
  let reading: Promise<Table> | undefined;
  let shown: boolean | undefined;
  /** When it was last sure that the list is still true. */
  let checkedAt = 0;

  function read(): Promise<Table> {
    reading ??= readTable(files, now()).finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function renew(): Promise<Table> {
    table = await read();
    shown = table.names.length > 0;
    checkedAt = table.readAt;
    return table;
  }

  async function current(): Promise<Table> {
    if (table === undefined) return renew();
    if (now() - checkedAt < RE_READ_INTERVAL) return table;
    checkedAt = now();
    return (await files.modules()) === table.modules ? table : renew();
  }

  return {
    get shown() {
      return shown;
    },
    async find(address) {
      if (address >> 48n !== UPPER) return undefined;
      const place = Number(BigInt.asUintN(48, address));
      let known = await current();
      let found = lookUp(known, place);
      const age = now() - known.readAt;
      const stale =
        found === undefined ? age >= RE_READ_INTERVAL : found.object === 'bpf' && age >= BPF_TRUSTED;
      if (stale && shown !== false) {
        known = await renew();
        found = lookUp(known, place);
      }
      return found;
    },
  };
}

function lookUp({ addresses, names }: Table, place: number): Name | undefined {
  let low = 0;
  let high = addresses.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((addresses[middle] as number) <= place) low = middle + 1;
    else high = middle - 1;
  }
  const found = names[high];
  const offset = place - (addresses[high] ?? 0);
  // An empty name ends the function before it.
  if (found === undefined || found === '' || offset >= FUNCTION_MAX) return undefined;
  const [symbol = '', module] = found.split('\t');
  const from = offset === 0 ? symbol : `${symbol}+0x${offset.toString(16)}`;
  if (module === undefined) return { text: from, symbol, object: 'vmlinux' };
  return { text: `${from} [${module}]`, symbol, object: module };
}

/** Names that only mark the end of a section's code. */
const MARKS = new Set(['_etext', '_einittext', '__init_end', '_end']);

/**
 * Lines are `ADDRESS TYPE NAME`, and for modules a tab and the name in brackets behind. Of several names of one address, a global
 * one without underscores at its start is the one that people know.
 * Source: linux/kernel/kallsyms.c, s_show. Types are those of nm(1): t, T and w, W are code.
 */
async function readTable(files: SymbolFiles, readAt: number): Promise<Table> {
  const [text, modules] = await Promise.all([files.symbols(), files.modules()]);
  const places: number[] = [];
  const names: string[] = [];
  const ranks: number[] = [];
  let pause = SLICE;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(10, start);
    const stop = end < 0 ? text.length : end;
    const place = placeOf(text, start);
    if (place !== undefined) {
      const code = 'tTwW'.includes(String.fromCharCode(text[start + 17] ?? 0));
      const words = code ? text.toString('latin1', start + 19, stop) : '';
      const name = nameOf(words);
      const rank = name === '' ? 0 : rankOf(name, text[start + 17] as number);
      const last = places.length - 1;
      // The kernel's own are in order, so most aliases meet here.
      if (places[last] !== place) {
        places.push(place);
        names.push(name);
        ranks.push(rank);
      } else if (rank > (ranks[last] as number)) {
        names[last] = name;
        ranks[last] = rank;
      }
    }
    start = stop + 1;
    if (start > pause) {
      await setImmediate();
      pause = start + SLICE;
    }
  }
  return { ...sorted(places, names, ranks), modules, readAt };
}

function nameOf(words: string): string {
  const [symbol = '', module] = words.split('\t');
  if (MARKS.has(symbol)) return '';
  return module === undefined ? symbol : `${symbol}\t${module.replace(/^\[|\]$/g, '')}`;
}

function rankOf(name: string, type: number): number {
  const global = type === 'T'.charCodeAt(0) ? 2 : 1;
  return global + (name.startsWith('_') ? 0 : 4);
}

/** The lower 48 bits of 16 hex digits; undefined for what is no kernel address (hidden ones are 0, per-CPU ones small). */
function placeOf(text: Buffer, at: number): number | undefined {
  for (let index = at; index < at + 4; index++) if (text[index] !== 0x66) return undefined;
  let place = 0;
  for (let index = at + 4; index < at + 16; index++) {
    const digit = text[index] as number;
    const value = digit <= 0x39 ? digit - 0x30 : digit - 0x57;
    if (!(value >= 0 && value < 16)) return undefined;
    place = place * 16 + value;
  }
  return place;
}

/** Modules and BPF programs come in any order behind the kernel's own symbols. */
function sorted(
  places: readonly number[],
  names: readonly string[],
  ranks: readonly number[],
): Pick<Table, 'addresses' | 'names'> {
  const order = Uint32Array.from(places.keys());
  const isSorted = places.every((place, index) => index === 0 || (places[index - 1] as number) < place);
  if (!isSorted) {
    order.sort(
      (a, b) => (places[a] as number) - (places[b] as number) || (ranks[b] as number) - (ranks[a] as number),
    );
  }
  const kept = order.filter((index, at) => at === 0 || places[order[at - 1] as number] !== places[index]);
  // A list without a single function shows no addresses.
  const any = names.some((name) => name !== '');
  return {
    addresses: Float64Array.from(any ? kept : [], (index) => places[index] as number),
    names: any ? Array.from(kept, (index) => names[index] as string) : [],
  };
}
