import type { NameLookup } from './name.ts';

/** What is known about where a value comes from. What is missing only leaves numbers bare. */
export interface FormatContext {
  /** The host's machine, as `uname -m` says it: system calls and some flags differ. */
  arch?: string | undefined;
  /** What only the host can name. */
  names?: NameLookup | undefined;
  /** The process of the same record, whose code an address may be in. */
  pid?: number | undefined;
  /** A moment of CLOCK_MONOTONIC in ns as wall time; undefined when it can't be one. */
  clock?: ((ns: bigint) => string | undefined) | undefined;
}
