import type { Frame } from '@probepad/protocol/frames';
import { leavesOf } from '@probepad/protocol/leaves';
import type { Source } from '@probepad/protocol/schema';
import { PLAIN, presentLeaves } from '@probepad/protocol/values/presentation';
import type {
  Distribution,
  DistributionQuery,
  Heatmap,
  HeatmapQuery,
  Ranking,
  RankingQuery,
  Series,
  SeriesQuery,
  Statistic,
} from '../../session/aggregates.ts';
import { secondsOf } from '../page-clock.ts';
import type { Chunk, History } from '../store/history.ts';
import { endOf, startsOf, timeOf, walkRecords } from '../store/records.ts';
import type { Stream } from '../stream.ts';
import type { Buckets } from './key-cell.ts';
import { createRecordReader, type RecordReader } from './record-reader.ts';
import { createTimeline, type OpenCell, type Timeline } from './timeline.ts';
import type { HostTimeline, TimelineSubject } from './timeline-grid.ts';
import { rankingOfTimelines } from './timeline-ranking.ts';
import { distributionsOfTimelines, heatmapsOfTimelines, seriesOfTimelines } from './timeline-views.ts';
import { createTraceReader } from './trace-reader.ts';
import { unitOf } from './units.ts';

type Asked<Q> = Omit<Q, 'run' | 'source'>;

/**
 * What the records of a source add up to over time. How many came is always counted; columns are read from the moment that a view asks
 * for them, and back over the rows that are kept then.
 */
export interface EventAggregates {
  join(stream: Stream, source: Source): void;
  /** The records that have come from this stream, and those to come, are of other types. */
  retype(stream: Stream, source: Source): void;
  /** Records that have just come, and are in the history by now. */
  take(stream: Stream, frame: Frame): void;
  series(query: Asked<SeriesQuery>, now: number): Series;
  distributions(query: Asked<DistributionQuery>, now: number): Distribution[];
  heatmaps(query: Asked<HeatmapQuery>, now: number): Heatmap[];
  ranking(query: Asked<RankingQuery>, now: number): Ranking;
}

/** What is added up of a source: one for all views that need the same. */
interface Gathering {
  measure: string | undefined;
  split: string | undefined;
  buckets: Buckets;
  hosts: Map<number, { read: RecordReader; timeline: Timeline }>;
}

interface Member {
  stream: Stream;
  source: Source;
  counts: Timeline;
}

/** Columns that are added up at a time: each costs time for every record. The one asked for longest ago gives way. */
const GATHERINGS_MAX = 6;
/** Rows that are gone back over when a column is asked for. */
const LOOK_BACK = 200_000;

export function createEventAggregates(
  { name, kind }: Pick<Source, 'name' | 'kind'>,
  history: History,
): EventAggregates {
  const members = new Map<number, Member>();
  /** The one asked for last at the end. */
  const gatherings = new Map<string, Gathering>();

  function readerFor({ stream, source }: Member, { measure, split }: Gathering): RecordReader {
    return kind === 'trace' ? createTraceReader(split) : createRecordReader(stream, source, measure, split);
  }

  function gatherFrame(stream: number, { header, payload }: Frame): void {
    const second = Math.floor(secondsOf(header.timeNs));
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const starts = scratch.starts(Math.min(header.count, payload.byteLength >> 3));
    const found = walkRecords(view, 0, payload.byteLength, starts);
    for (const gathering of gatherings.values()) {
      const host = gathering.hosts.get(stream);
      const cell = host?.timeline.open(second);
      if (host && cell) addRecords(gathering, host.read, cell, payload, view, starts.subarray(0, found));
    }
  }

  function gatherChunk(gathering: Gathering, { stream, content }: Chunk): void {
    const host = gathering.hosts.get(stream);
    if (content.kind === 'gap' || !host) return;
    const { bytes, view, rows } = content;
    const starts = startsOf(content);
    const secondOf = (row: number): number => Math.floor(secondsOf(timeOf(content, row)));
    for (let from = 0; from < rows; ) {
      const second = secondOf(from);
      let to = from + 1;
      while (to < rows && secondOf(to) === second) to++;
      const cell = host.timeline.open(second);
      if (cell) addRecords(gathering, host.read, cell, bytes, view, starts.subarray(from, to));
      from = to;
    }
  }

  function gatheringFor(measure: string | undefined, split: string | undefined, buckets: Buckets): Gathering {
    const id = JSON.stringify([measure, split, buckets]);
    let found = gatherings.get(id);
    gatherings.delete(id);
    if (!found) {
      found = { measure, split, buckets, hosts: new Map() };
      for (const member of members.values()) admit(found, member);
      let row = Math.max(history.oldest, history.next - LOOK_BACK);
      for (let chunk = history.find(row); chunk; chunk = history.find(row)) {
        gatherChunk(found, chunk);
        row = chunk.base + chunk.rows;
      }
    }
    gatherings.set(id, found);
    for (const stale of [...gatherings.keys()].slice(0, -GATHERINGS_MAX)) gatherings.delete(stale);
    return found;
  }

  function admit(gathering: Gathering, member: Member): void {
    gathering.hosts.set(member.stream.stream, {
      read: readerFor(member, gathering),
      timeline: createTimeline(gathering.buckets),
    });
  }

  /** The timelines that answer a question, one for each host. */
  function timelines(
    measure: string | undefined,
    split: string | undefined,
    buckets: Buckets,
  ): HostTimeline[] {
    const plain = measure === undefined && split === undefined;
    const gathering = plain ? undefined : gatheringFor(measure, split, buckets);
    return [...members].map(([id, { stream, counts }]) => ({
      host: stream.host,
      // The name of a single host would stand at every line.
      hostName: members.size > 1 ? stream.hostName : '',
      timeline: gathering?.hosts.get(id)?.timeline ?? counts,
      offset: stream.clock.offset,
    }));
  }

  function subjectOf(measure: string | undefined): TimelineSubject {
    return { name, counted: kind === 'events' ? 'events' : 'lines', unit: measure ? unitFor(measure) : '' };
  }

  function unitFor(measure: string): string {
    for (const { stream, source } of members.values()) {
      for (const { type } of source.records) {
        const leaves = leavesOf(stream.decoder.schema, type);
        const at = leaves.findIndex((leaf) => leaf.name === measure);
        if (at >= 0) return unitOf(presentLeaves(stream.decoder.schema, leaves, type)[at] ?? PLAIN);
      }
    }
    return '';
  }

  return {
    join(stream, source) {
      const member = { stream, source, counts: createTimeline('none') };
      members.set(stream.stream, member);
      for (const gathering of gatherings.values()) admit(gathering, member);
    },
    retype({ stream }, source) {
      const member = members.get(stream);
      if (member) member.source = source;
      // What was read of the wrong types is gathered anew, from the rows that are kept, when it is asked for.
      gatherings.clear();
    },
    take({ stream }, frame) {
      const { timeNs, count } = frame.header;
      members
        .get(stream)
        ?.counts.open(Math.floor(secondsOf(timeNs)))
        ?.add('', undefined, count);
      if (gatherings.size > 0) gatherFrame(stream, frame);
    },
    series(query, now) {
      const { measure, split, statistic = 'rate' } = query;
      const hosts = timelines(measure, split, bucketsFor(statistic, split));
      return seriesOfTimelines(hosts, subjectOf(measure), query, now);
    },
    distributions(query, now) {
      const hosts = timelines(query.measure, undefined, 'all');
      return distributionsOfTimelines(hosts, subjectOf(query.measure), query, now);
    },
    heatmaps(query, now) {
      const hosts = timelines(query.measure, undefined, 'all');
      return heatmapsOfTimelines(hosts, subjectOf(query.measure), query, now);
    },
    ranking(query, now) {
      const { measure, split, statistic = 'value' } = query;
      const hosts = timelines(measure, split, bucketsFor(statistic, split));
      return rankingOfTimelines(
        hosts,
        subjectOf(measure),
        members.size > 1 ? query : { ...query, hosts: 'merged' },
        now,
      );
    },
  };
}

function addRecords(
  { measure, split }: Gathering,
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

function bucketsFor(statistic: Statistic, split: string | undefined): Buckets {
  const isQuantile = statistic === 'p50' || statistic === 'p90' || statistic === 'p99';
  if (!isQuantile) return 'none';
  return split === undefined ? 'all' : 'each';
}
