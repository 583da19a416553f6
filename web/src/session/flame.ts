/** What flame graphs ask of the decoding worker. */
import type { FlameFrame } from '@probepad/protocol/views/flame-frames';
import type { FlameTree } from '@probepad/protocol/views/flame-tree';
import type { SourceRef } from './decoder.ts';
import type { TimeRange } from './time-axis.ts';

export interface FlameQuery extends SourceRef {
  /** Absent: all that is kept. */
  range?: TimeRange | undefined;
  /** Which of the source's weights, by its column; absent: the first. */
  weight?: string | undefined;
  /** The column whose values are drawn each for itself, below the root. */
  split?: string | undefined;
  /** Only of this host. */
  host?: string | undefined;
  /** What it is compared with: another time, another host in the same time, or what `keepFlame` kept. */
  against?: TimeRange | { host: string } | 'baseline' | undefined;
  /** Part of a function's or file's name, case ignored, or a regular expression between slashes. */
  search?: string | undefined;
}

export interface FlameGraph {
  tree: FlameTree;
  /** By the numbers in the tree. */
  names: FlameName[];
  /** By name, 1 where the search found it; undefined while nothing is searched for. */
  hits: Uint8Array | undefined;
  /** What is wrong with the search. */
  problem: string | undefined;
  /** What widths are: `count`, `ns`, `bytes` or the author's word. */
  unit: string;
  weight: string;
  /** What else the widths can be, and what can be split by. */
  weights: { column: string; label: string }[];
  splits: string[];
  /** How many hosts the stacks are of. */
  hosts: number;
  /** Different stacks. */
  stacks: number;
  /** Addresses whose function is not known, or not yet. */
  unnamed: number;
  /** Samples that were not read: more came than a page reads. */
  leftOut: number;
  kept: TimeRange | undefined;
  /** What it was to be compared with. There may be nothing of it: then the tree has no `before`. */
  against: FlameQuery['against'];
  /** What was kept to compare with, if anything. */
  baseline: Baseline | undefined;
}

export type FlameName = Omit<FlameFrame, 'address'>;

export interface Baseline {
  run: string;
  range: TimeRange | undefined;
  total: number;
}
