import type { Decoder } from '@probepad/protocol/decode';
import type { NameLookup } from '@probepad/protocol/values/name';
import type { PageClock } from './page-clock.ts';

/** One run on one host, as far as reading its frames goes. */
export interface Stream {
  stream: number;
  host: string;
  hostName: string;
  /** As `uname -m` says it. */
  arch: string | undefined;
  /** What the host has told names of so far; absent while nobody asks it. */
  names?: NameLookup;
  /** The same, for what is not on screen: nothing is asked for it. */
  known?: NameLookup;
  decoder: Decoder;
  clock: PageClock;
}
