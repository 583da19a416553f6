import type { TimeRange } from '../../session/time-axis.ts';
import type { HostSnapshots, KeptSnapshot } from './snapshot-history.ts';

/** What the entries of a map or the variables of a section are. */
export interface SnapshotSubject {
  name: string;
  /** Column and unit of each measure, in the order of the entries' numbers; of a section, of each variable. */
  measures: readonly { column: string; unit: string; gauge: boolean }[];
  /** Unit and scale of each list of slots. */
  slots: readonly { unit: string; scale: 'log2' | 'linear' }[];
  /** Variables of a section are an entry and a measure each: a question for one is for that entry. */
  byEntry: boolean;
}

/** One snapshot in the time of the page. */
export interface Placed extends KeptSnapshot {
  at: number;
}

export function placed({ snapshots, clock }: HostSnapshots): Placed[] {
  return snapshots.map((snapshot) => ({ ...snapshot, at: snapshot.time + clock.offset }));
}

export function keptOf(hosts: readonly (readonly Placed[])[]): TimeRange | undefined {
  const all = hosts.flatMap((list) => (list.length === 0 ? [] : [list[0] as Placed, list.at(-1) as Placed]));
  if (all.length === 0) return undefined;
  return { from: Math.min(...all.map(({ at }) => at)), to: Math.max(...all.map(({ at }) => at)) };
}
