/** What topologies ask of the decoding worker. */
import type { NearEnd } from '@probepad/protocol/views/edges';
import type { HostsTogether } from './aggregates.ts';
import type { SourceRef } from './decoder.ts';
import type { TimeRange } from './time-axis.ts';

export interface TopologyQuery extends SourceRef {
  /** Absent: all that is kept. */
  range?: TimeRange | undefined;
  weight?: string | undefined;
  near?: NearEnd | undefined;
  /** `merged`: an end of the same name is the same on all hosts; absent: ends of several hosts are told apart. */
  hosts?: HostsTogether | undefined;
}

export interface Topology {
  /** The largest come first; what is beyond them is one node on each side, `isOther`, of each host where hosts are told apart. */
  nodes: TopologyNode[];
  edges: TopologyEdge[];
  unit: string;
  weight: string;
  weights: { column: string; label: string }[];
  near: NearEnd[];
  /** Of those what the left ends are. */
  shown: NearEnd;
  /** What went over edges that are not told apart any more, since newer ones needed their places; it is among the others. */
  rest: number;
  /** Records that were not read: more came than a page reads. */
  leftOut: number;
  /** Seconds that the numbers are of. */
  seconds: number;
  kept: TimeRange | undefined;
}

export interface TopologyNode {
  /** Another for each node of a graph, the same in the next second's. */
  key: string;
  label: string;
  /** The name of the host whose it is, where hosts are told apart; else empty. */
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
  /** Mean of the seconds that the numbers are of. */
  perSecond: number;
}
