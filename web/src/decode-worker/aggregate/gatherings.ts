import type { Frame } from '@probepad/protocol/frames';
import { secondsOf } from '../page-clock.ts';
import type { Slice } from '../query/slice.ts';
import type { Chunk, History } from '../store/history.ts';
import { eachFrameOf, endOf, startsOf, walkRecords } from '../store/records.ts';
import type { Buckets } from './key-cell.ts';
import type { RecordReader } from './record-reader.ts';
import { createTimeline, type OpenCell, type Timeline } from './timeline.ts';

/** A column that is added up, by the values of another: one for all views that need the same. */
export interface Gathered {
  measure: string | undefined;
  split: string | undefined;
  buckets: Buckets;
}

/**
 * The columns of a source that are added up over time: of what comes from the moment that a view asks for them, and of the rows that
 * were kept by then, the newest first.
 */
export interface Gatherings {
  /**
   * What is gathered by now, after going further back until the slice is over. Asked again, it goes on.
   * @param now seconds since 1970
   */
  find(what: Gathered, now: number, slice: Slice): Gathering;
  join(stream: number): void;
  /** Records that have just come, and are in the history by now. */
  take(stream: number, frame: Frame): void;
  /** What was read is wrong: it is gathered anew when it is asked for. */
  clear(): void;
}

export interface Gathering {
  /** By stream. */
  hosts: ReadonlyMap<number, GatheredHost>;
  /** There are older rows that it has not come to. */
  searching: boolean;
}

export interface GatheredHost {
  read: RecordReader;
  timeline: Timeline;
}

interface Known extends Gathered {
  hosts: Map<number, GatheredHost>;
  /** The oldest row that is counted; what came before it, as far as it is kept, is gone back over. */
  oldest: number;
  /** When somebody asked last. */
  asked: number;
}

/** Columns that are added up though nobody shows them any more: each costs time for every record. The one shown longest ago gives way. */
const SPARE_MAX = 6;
/** Views ask again more often than this, also while they stand still (see `useOverTime`): what nobody has asked for is not shown. In seconds. */
const SHOWN = 30;
/** Rows between two looks at the time. */
const STEP = 4_096;

export function createGatherings(
  history: History,
  readerOf: (stream: number, what: Gathered) => RecordReader,
): Gatherings {
  const streams = new Set<number>();
  const gatherings = new Map<string, Known>();

  function admit(gathering: Known, stream: number): void {
    const timeline = createTimeline(gathering.buckets);
    gathering.hosts.set(stream, { read: readerOf(stream, gathering), timeline });
  }

  function knownFor(what: Gathered, now: number): Known {
    const id = JSON.stringify([what.measure, what.split, what.buckets]);
    const known = gatherings.get(id);
    if (known) {
      known.asked = now;
      return known;
    }
    const made: Known = { ...what, hosts: new Map(), oldest: history.next, asked: now };
    for (const stream of streams) admit(made, stream);
    gatherings.set(id, made);
    return made;
  }

  function giveUpUnseen(now: number): void {
    if (gatherings.size <= SPARE_MAX) return;
    for (const [id, { asked }] of [...gatherings].sort(([, a], [, b]) => a.asked - b.asked)) {
      if (gatherings.size <= SPARE_MAX || asked >= now - SHOWN) return;
      gatherings.delete(id);
    }
  }

  /** @returns whether all that is kept is counted */
  function goBack(gathering: Known, slice: Slice): boolean {
    while (gathering.oldest > history.oldest) {
      if (slice.isOver()) return false;
      const chunk = history.find(gathering.oldest - 1);
      if (!chunk) return true;
      const to = gathering.oldest - chunk.base;
      const from = Math.max(0, to - STEP);
      addRows(gathering, chunk, from, to);
      gathering.oldest = chunk.base + from;
    }
    return true;
  }

  return {
    find(what, now, slice) {
      const known = knownFor(what, now);
      giveUpUnseen(now);
      return { hosts: known.hosts, searching: !goBack(known, slice) };
    },
    join(stream) {
      streams.add(stream);
      for (const gathering of gatherings.values()) admit(gathering, stream);
    },
    take(stream, { header, payload }) {
      if (gatherings.size === 0) return;
      const second = Math.floor(secondsOf(header.timeNs));
      const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
      const starts = scratch.starts(Math.min(header.count, payload.byteLength >> 3));
      const found = walkRecords(view, 0, payload.byteLength, starts);
      for (const gathering of gatherings.values()) {
        const host = gathering.hosts.get(stream);
        const cell = host?.timeline.open(second);
        if (host && cell) addRecords(gathering, host.read, cell, payload, view, starts.subarray(0, found));
      }
    },
    clear: () => gatherings.clear(),
  };
}

function addRows(gathering: Known, { stream, content }: Chunk, first: number, end: number): void {
  const host = gathering.hosts.get(stream);
  if (content.kind === 'gap' || !host) return;
  const { bytes, view } = content;
  const starts = startsOf(content);
  eachFrameOf(content, first, end, (from, to, timeNs) => {
    const cell = host.timeline.open(Math.floor(secondsOf(timeNs)));
    if (cell) addRecords(gathering, host.read, cell, bytes, view, starts.subarray(from, to));
  });
}

function addRecords(
  { measure, split }: Gathered,
  read: RecordReader,
  cell: OpenCell,
  bytes: Uint8Array,
  view: DataView,
  starts: Uint32Array,
): void {
  if (split === undefined) {
    const values = scratch.values(starts.length);
    cell.addAll(values, read.values(view, starts, values));
    return;
  }
  for (const start of starts) {
    if (start === 0) continue;
    const end = endOf(view, start);
    const value = measure === undefined ? undefined : read.value(view, start, end);
    if (value === undefined || !Number.isNaN(value)) cell.add(read.key(bytes, view, start, end), value);
  }
}

/** Room for a frame's records, used by one after another. */
const scratch = {
  places: new Uint32Array(0),
  numbers: new Float64Array(0),
  starts(count: number): Uint32Array {
    if (this.places.length < count) this.places = new Uint32Array(2 * count);
    return this.places.subarray(0, count);
  },
  values(count: number): Float64Array {
    if (this.numbers.length < count) this.numbers = new Float64Array(2 * count);
    return this.numbers;
  },
};
