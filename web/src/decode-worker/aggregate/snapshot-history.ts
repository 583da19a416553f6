import { grownSince } from '@probepad/protocol/views/totals';
import type { PageClock } from '../page-clock.ts';
import { largest } from './largest.ts';

/** What snapshots of a map or a section held over time: numbers and slots of their entries. */

/** One entry of a snapshot that has just come. */
export interface CountedEntry {
  id: string;
  /** By measure; NaN where the entry has none. */
  numbers: readonly number[];
  /** By list of slots. */
  slots: readonly (readonly number[])[];
}

/** An entry as it is kept. */
export interface KeptEntry {
  numbers: readonly number[];
  /** Undefined where they were not kept: other entries had more in them. */
  slots: readonly (readonly number[])[] | undefined;
  /** It was not there in the snapshot before: it has grown from nothing. */
  born: boolean;
}

export interface KeptSnapshot {
  /** Seconds on the host's own clock. */
  time: number;
  entries: ReadonlyMap<string, KeptEntry>;
  /** Whether a key that is missing in `entries` was not there; else it may only not have been kept, or read. */
  whole: boolean;
  /**
   * What all entries have grown by since the first snapshot, those that are not kept too, by measure and by list of slots: unlike sums
   * over entries they don't fall when one is deleted.
   */
  grown: readonly number[];
  slotsGrown: readonly (readonly number[])[];
  partial: boolean;
}

/** One host's snapshots, oldest first. */
export interface HostSnapshots {
  host: string;
  hostName: string;
  clock: PageClock;
  snapshots: readonly KeptSnapshot[];
  /** The newest, with all of its entries. */
  latest: KeptSnapshot | undefined;
}

/** An entry's key as text. @param asking whether the host is asked for names that it has not told yet: for what is on screen */
export type LabelOf = (id: string, asking: boolean) => string;

export interface SnapshotHistory {
  /** @param time seconds on the host's own clock; where that lies on the page's is asked of `clock` when something is drawn */
  add(
    host: { stream: number; host: string; hostName: string; clock: PageClock },
    time: number,
    entries: readonly CountedEntry[],
    labelOf: LabelOf,
    partial: boolean,
  ): void;
  hosts(): HostSnapshots[];
  /** The key of an entry of a host's newest snapshot, or of one whose history is kept, as text without its host. */
  labelOf: LabelOf;
  /**
   * What an entry's number came to in the last snapshots, oldest first; null where it was not kept or not there.
   * @param growth its change a second in the place of the number
   * @param until the last by this time on the host's own clock; absent: the newest
   */
  recent(
    stream: number,
    id: string,
    measure: number,
    count: number,
    growth: boolean,
    until?: number,
  ): (number | null)[];
  /**
   * Whether a measure, or the variable that an entry is of, falls as often as no counter does, whatever its name is. That a key was put
   * out of a map and came again, or that a counter was set back, is forgotten as it grows on.
   */
  fell(measure: number, id: string): boolean;
}

/** Snapshots that are kept of each host: at one a second 15 minutes of each, then two hours of every tenth. */
export const SNAPSHOTS_FINE = 900;
const SNAPSHOTS_COARSE = 720;
const THINNED = 10;
/** Maps with more keys keep a history of those only that have grown most, or are the largest. */
const TRACKED_MAX = 128;
const TRACKED_EACH = 24;
/** Entries whose slots are kept; of all others their sum is. */
const SLOTTED_MAX = 16;

/** The variable that an entry of a section is of: `stats[3]` and `stats[READ]` are parts of `stats`. */
export function variableOf(id: string): string {
  return id.slice(id.indexOf(':') + 1).replace(/\[\w+\]$/, '');
}

/** @param byEntry entries are variables, with a measure each, and not keys that share their measures */
export function createSnapshotHistory(byEntry = false): SnapshotHistory {
  interface Host extends Omit<HostSnapshots, 'snapshots'> {
    fine: KeptSnapshot[];
    coarse: KeptSnapshot[];
    count: number;
    /** Of the entries of `latest`. */
    labelOf: LabelOf;
  }
  const hosts = new Map<number, Host>();
  /** Of entries that are in no newest snapshot any more. */
  const labels = new Map<string, string>();
  const moves = new Map<string | number, Moves>();
  const fallingOf = (measure: number, id: string): string | number => (byEntry ? variableOf(id) : measure);

  function tracked(
    entries: readonly CountedEntry[],
    before: KeptSnapshot | undefined,
  ): ReadonlySet<string> | undefined {
    if (entries.length <= TRACKED_MAX) return undefined;
    const chosen = new Set<string>();
    const measures = entries[0]?.numbers.length ?? 0;
    const take = (weigh: (entry: CountedEntry) => number): void => {
      for (const { id } of largest(entries, weigh, TRACKED_EACH)) chosen.add(id);
    };
    for (let measure = 0; measure < Math.min(2, measures); measure++) {
      take(({ numbers }) => numbers[measure] || 0);
      take(({ id, numbers }) => (numbers[measure] || 0) - (before?.entries.get(id)?.numbers[measure] || 0));
    }
    return chosen;
  }

  function slotted(entries: readonly CountedEntry[]): ReadonlySet<string> {
    if (entries.length <= SLOTTED_MAX) return new Set(entries.map(({ id }) => id));
    const total = ({ slots }: CountedEntry): number =>
      (slots[0] ?? []).reduce((sum, count) => sum + count, 0);
    return new Set(largest(entries, total, SLOTTED_MAX).map(({ id }) => id));
  }

  return {
    add({ stream, host, hostName, clock }, time, entries, labelOf, partial) {
      let known = hosts.get(stream);
      if (!known) {
        known = { host, hostName, clock, latest: undefined, fine: [], coarse: [], count: 0, labelOf };
        hosts.set(stream, known);
      }
      const before = known.latest;
      const whole = new Map<string, KeptEntry>();
      const moved = new Map<string | number, { up: number; down: number }>();
      for (const { id, numbers, slots } of entries) {
        const earlier = before?.entries.get(id);
        whole.set(id, {
          numbers,
          slots,
          born: earlier === undefined && before !== undefined && !before.partial,
        });
        if (earlier) {
          numbers.forEach((number, at) => {
            const by = number - (earlier.numbers[at] ?? number);
            if (!by) return;
            const name = fallingOf(at, id);
            const own = moved.get(name) ?? { up: 0, down: 0 };
            moved.set(name, by > 0 ? { ...own, up: own.up + 1 } : { ...own, down: own.down + 1 });
          });
        }
      }
      for (const [name, each] of moved) moves.set(name, movedOn(moves.get(name), each));
      const lists = Math.max(0, ...entries.slice(0, 1).map(({ slots }) => slots.length));
      const latest: KeptSnapshot = {
        time,
        entries: whole,
        ...growthUpTo(whole, before),
        partial,
        whole: !partial,
      };
      known.latest = latest;
      known.labelOf = labelOf;
      const ids = tracked(entries, before);
      const withSlots = lists > 0 ? slotted(entries) : new Set<string>();
      const kept = new Map<string, KeptEntry>();
      for (const [id, entry] of whole) {
        if (ids && !ids.has(id)) continue;
        labels.set(id, labelOf(id, false));
        kept.set(id, withSlots.has(id) || lists === 0 ? entry : { ...entry, slots: undefined });
      }
      known.fine.push({ ...latest, entries: kept, whole: latest.whole && ids === undefined });
      known.count++;
      if (known.fine.length > SNAPSHOTS_FINE) {
        const oldest = known.fine.shift();
        if (oldest && (known.count - SNAPSHOTS_FINE) % THINNED === 0) known.coarse.push(oldest);
        if (known.coarse.length > SNAPSHOTS_COARSE) known.coarse.shift();
      }
      if (labels.size > 20 * TRACKED_MAX) forgetLabels();
    },
    hosts: () =>
      [...hosts.values()].map(({ fine, coarse, ...host }) => ({ ...host, snapshots: [...coarse, ...fine] })),
    labelOf(id, asking) {
      for (const { latest, labelOf } of hosts.values())
        if (latest?.entries.has(id)) return labelOf(id, asking);
      return labels.get(id) ?? '';
    },
    recent(stream, id, measure, count, growth, until = Number.POSITIVE_INFINITY) {
      const { fine = [] } = hosts.get(stream) ?? {};
      const end = fine.findLastIndex(({ time }) => time <= until) + 1;
      const last = fine.slice(Math.max(0, end - count - 1), end);
      const numbers = last.map(({ entries }) => entries.get(id)?.numbers[measure] ?? null);
      return numbers.slice(1).map((number, at) => {
        const before = numbers[at] ?? null;
        if (!growth || number === null) return number;
        const seconds = (last[at + 1]?.time ?? 0) - (last[at]?.time ?? 0);
        return before === null || seconds <= 0 ? null : grownSince(number, before) / seconds;
      });
    },
    fell: (measure, id) => moves.get(fallingOf(measure, id))?.falls ?? false,
  };

  /** Keys that no snapshot has any more, in a program whose keys come and go. */
  function forgetLabels(): void {
    const used = new Set<string>();
    for (const { fine, coarse } of hosts.values()) {
      for (const { entries } of [...coarse, ...fine]) for (const id of entries.keys()) used.add(id);
    }
    for (const id of labels.keys()) if (!used.has(id)) labels.delete(id);
  }
}

/** How often a number has become more and less of late. */
interface Moves {
  up: number;
  down: number;
  falls: boolean;
}

/** What was seen counts half after so many snapshots in which something moved. */
const MOVES_HALVED = 20;
/** Of all moves: with more of them down than the first a number is no counter, with fewer than the second it is one again. */
const FALLS_FROM = 0.2;
const FALLS_UNTIL = 0.1;

function movedOn(before: Moves | undefined, now: { up: number; down: number }): Moves {
  const kept = 0.5 ** (1 / MOVES_HALVED);
  const up = (before?.up ?? 0) * kept + now.up;
  const down = (before?.down ?? 0) * kept + now.down;
  const share = down / (up + down);
  return { up, down, falls: share > (before?.falls ? FALLS_UNTIL : FALLS_FROM) };
}

/** The growth so far, with that of each entry since the snapshot before where it is known: the entry was there, or was born since. */
function growthUpTo(
  entries: ReadonlyMap<string, KeptEntry>,
  before: KeptSnapshot | undefined,
): Pick<KeptSnapshot, 'grown' | 'slotsGrown'> {
  const grown = [...(before?.grown ?? [])];
  const slotsGrown = (before?.slotsGrown ?? []).map((list) => [...list]);
  for (const [id, { numbers, slots, born }] of entries) {
    const earlier = before?.entries.get(id);
    if (!earlier && !born) continue;
    for (let at = 0; at < numbers.length; at++) {
      const by = grownSince(numbers[at] as number, earlier ? (earlier.numbers[at] ?? Number.NaN) : 0);
      if (by > 0) grown[at] = (grown[at] ?? 0) + by;
    }
    for (const [at, list] of (slots ?? []).entries()) {
      const sums = slotsGrown[at] ?? [];
      slotsGrown[at] = sums;
      const came = earlier ? slotsSince(list, earlier.slots?.[at] ?? []) : list;
      for (let slot = 0; slot < came.length; slot++) sums[slot] = (sums[slot] ?? 0) + (came[slot] || 0);
    }
  }
  return { grown, slotsGrown };
}

/** What came into slots since they were seen before; those that have less in them were emptied in between, and begin anew. */
export function slotsSince(now: readonly number[], before: readonly number[]): number[] {
  if (now.some((count, at) => count < (before[at] ?? 0))) return [...now];
  return now.map((count, at) => count - (before[at] ?? 0));
}
