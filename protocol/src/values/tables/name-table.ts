/** Names by number. */
export type NameTable = ReadonlyMap<number, string>;

/** A table from runs of names with consecutive numbers: the first number, and the names with white space between. */
export function tableOf(runs: readonly (readonly [first: number, names: string])[]): NameTable {
  return new Map(
    runs.flatMap(([first, names]) =>
      names
        .trim()
        .split(/\s+/)
        .map((name, at): [number, string] => [first + at, name]),
    ),
  );
}

/** Flags: each one's bits. The first that fits counts, so masks of several bits stand before their parts. */
export type FlagTable = readonly (readonly [name: string, bits: number])[];
