import type { Decoder } from '@probepad/protocol/decode';
import type { PageClock } from './page-clock.ts';

/** One run on one host, as far as reading its frames goes. */
export interface Stream {
  stream: number;
  host: string;
  hostName: string;
  decoder: Decoder;
  clock: PageClock;
}
