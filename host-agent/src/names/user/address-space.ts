/** Where a process has code mapped. */
export interface Mapping {
  /** Addresses from `start` up to but not including `end`. */
  start: bigint;
  end: bigint;
  /** Bytes into the file where `start` lies. */
  offset: bigint;
  /** Identity of the file; inode 0n where there is none. */
  device: { major: number; minor: number };
  inode: bigint;
  /** As the process sees it; `[vdso]`, `//anon` and the like for what is no file. */
  path: string;
  /** CLOCK_MONOTONIC in ns of when it was mapped, where the kernel told; else 0. */
  since: number;
}

/** Mappings of one process that are kept: with more, the rest has no names. */
export const MAPPINGS_MAX = 4_096;
/** Of those, such as are no files: a process that makes code has as many as it likes, and they are told apart by nothing. */
const ANONYMOUS_MAX = 1_024;

/** The code of a process: mappings by address, none over another. Processes share one until one of them changes it. */
export interface AddressSpace {
  mappings: Mapping[];
  anonymous: number;
  /** Bytes that it takes, roughly. */
  size: number;
  /** Processes that have it. */
  owners: number;
}

/** @param mappings by address, none over another, as /proc/PID/maps has them */
export function createAddressSpace(mappings: Mapping[] = []): AddressSpace {
  return {
    mappings,
    anonymous: mappings.filter(isAnonymous).length,
    size: mappings.reduce((sum, mapping) => sum + sizeOf(mapping), 0),
    owners: 0,
  };
}

/**
 * The executable mappings that /proc/PID/maps tells.
 * Source: proc_pid_maps(5). A newline in a path is written as \012 there, so a line is a mapping whatever files are called.
 */
export function parseMaps(text: string): Mapping[] {
  const mappings: Mapping[] = [];
  // A path may hold every other character, also such as end a line for `^`, `$` and `.`.
  const lines = /(?<=^|\n)([0-9a-f]+)-([0-9a-f]+) ..x. ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d+) *([^\n]*)/g;
  for (const fields of text.matchAll(lines)) {
    if (mappings.length >= MAPPINGS_MAX) break;
    const [, start, end, offset, major, minor, inode, path] = fields as unknown as string[];
    mappings.push({
      start: BigInt(`0x${start}`),
      end: BigInt(`0x${end}`),
      offset: BigInt(`0x${offset}`),
      device: { major: Number.parseInt(major as string, 16), minor: Number.parseInt(minor as string, 16) },
      inode: BigInt(inode as string),
      path: (path as string).replaceAll('\\012', '\n'),
      since: 0,
    });
  }
  return mappings;
}

/** The mapping that holds an address. */
export function mappingAt({ mappings }: AddressSpace, address: bigint): Mapping | undefined {
  const found = mappings[firstEndingAfter(mappings, address)];
  return found !== undefined && found.start <= address ? found : undefined;
}

/**
 * Puts a mapping in the place of what it covers, as mmap(2) does: of what it covers in part the rest stays. Where there is no room for it,
 * what it covers goes all the same. The work grows with the logarithm of the mappings, and what is moved.
 */
export function addMapping(space: AddressSpace, added: Mapping): void {
  const { mappings } = space;
  if (added.start >= added.end) return;
  const from = firstEndingAfter(mappings, added.start);
  let to = from;
  while ((mappings[to]?.start ?? added.end) < added.end) to++;
  const parts: Mapping[] = [];
  const first = mappings[from];
  const last = mappings[to - 1];
  if (to > from && first !== undefined && first.start < added.start) {
    parts.push({ ...first, end: added.start });
  }
  const hasRoom =
    mappings.length - (to - from) + 2 < MAPPINGS_MAX &&
    !(isAnonymous(added) && space.anonymous >= ANONYMOUS_MAX);
  if (hasRoom) parts.push(added);
  if (to > from && last !== undefined && last.end > added.end) {
    parts.push({ ...last, start: added.end, offset: last.offset + (added.end - last.start) });
  }
  for (const gone of mappings.splice(from, to - from, ...parts)) count(space, gone, -1);
  for (const come of parts) count(space, come, 1);
}

function count(space: AddressSpace, mapping: Mapping, by: 1 | -1): void {
  space.size += by * sizeOf(mapping);
  if (isAnonymous(mapping)) space.anonymous += by;
}

function isAnonymous({ inode }: Mapping): boolean {
  return inode === 0n;
}

function sizeOf({ path }: Mapping): number {
  return 200 + path.length;
}

/** The index of the first mapping that ends behind an address; one past the last where there is none. */
function firstEndingAfter(mappings: readonly Mapping[], address: bigint): number {
  let low = 0;
  let high = mappings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((mappings[middle] as Mapping).end <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}
