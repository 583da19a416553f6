/** What topologies ask of the decoding worker. */
import type { NearEnd } from '@probepad/protocol/views/edges';
import type { SourceRef } from './decoder.ts';
import type { TimeRange } from './time-axis.ts';

export interface TopologyQuery extends SourceRef {
  /** Absent: all that is kept. */
  range?: TimeRange | undefined;
  weight?: string | undefined;
  near?: NearEnd | undefined;
}

export interface Topology {
  /** The largest come first; what is beyond them is one node, `isOther`. */
  nodes: TopologyNode[];
  edges: TopologyEdge[];
  unit: string;
  weight: string;
  weights: { column: string; label: string }[];
  near: NearEnd[];
  /** Ends that are not nodes of their own. */
  others: number;
  /** Records or entries that had no room. */
  leftOut: number;
  /** Seconds that the numbers are of. */
  seconds: number;
  kept: TimeRange | undefined;
}

export interface TopologyNode {
  label: string;
  /** Whose it is, where several hosts share the graph. */
  host: string;
  isOther: boolean;
  sent: number;
  received: number;
}

export interface TopologyEdge {
  /** Places in `nodes`. */
  from: number;
  to: number;
  amount: number;
  /** Records that came, or 0 where a map tells only sums. */
  perSecond: number;
}
