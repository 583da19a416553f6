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

/**
 * The executable mappings that /proc/PID/maps tells.
 * Source: proc_pid_maps(5). A newline in a path is written as \012 there, so a line is a mapping whatever files are called.
 */
export function parseMaps(text: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of text.split('\n')) {
    const fields = /^([0-9a-f]+)-([0-9a-f]+) ..(.). ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d+) *(.*)$/.exec(
      line,
    );
    if (fields === null || fields[3] !== 'x' || mappings.length >= MAPPINGS_MAX) continue;
    const [, start, end, , offset, major, minor, inode, path] = fields as unknown as string[];
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

/** The mapping that holds an address. Of two that overlap the later one of the list is newer. */
export function mappingAt(mappings: readonly Mapping[], address: bigint): Mapping | undefined {
  return mappings.findLast(({ start, end }) => start <= address && address < end);
}

/** Puts a mapping in the place of what it covers, as mmap(2) does. */
export function withMapping(mappings: readonly Mapping[], added: Mapping): Mapping[] {
  const left = mappings.filter(({ start, end }) => start < added.start || end > added.end);
  return [...left.slice(-(MAPPINGS_MAX - 1)), added];
}
