import type { Frame } from '@probepad/protocol/frames';
import { leavesOf } from '@probepad/protocol/leaves';
import type { Source } from '@probepad/protocol/schema';
import { PLAIN, presentLeaves } from '@probepad/protocol/values/presentation';
import type {
  Distribution,
  DistributionQuery,
  Heatmap,
  HeatmapQuery,
  HostsTogether,
  Ranking,
  RankingQuery,
  Series,
  SeriesQuery,
  Statistic,
} from '../../session/aggregates.ts';
import { secondsOf } from '../page-clock.ts';
import type { Slice } from '../query/slice.ts';
import type { History } from '../store/history.ts';
import type { Stream } from '../stream.ts';
import { createGatherings, type Gathered, type GatheredHost } from './gatherings.ts';
import type { Buckets } from './key-cell.ts';
import { byName, type NameOf } from './key-naming.ts';
import { createRecordReader } from './record-reader.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import type { HostTimeline, TimelineSubject } from './timeline-grid.ts';
import { rankingOfTimelines } from './timeline-ranking.ts';
import { distributionsOfTimelines, heatmapsOfTimelines, seriesOfTimelines } from './timeline-views.ts';
import { createTraceReader } from './trace-reader.ts';
import { unitOf } from './units.ts';

type Asked<Q> = Omit<Q, 'run' | 'source'>;

/**
 * What the records of a source add up to over time. How many came is always counted; columns are from the moment that a view asks for
 * them, and back over the rows that are kept then.
 */
export interface EventAggregates {
  join(stream: Stream, source: Source): void;
  /** The records that have come from this stream, and those to come, are of other types. */
  retype(stream: Stream, source: Source): void;
  /** Records that have just come, and are in the history by now. */
  take(stream: Stream, frame: Frame): void;
  series(query: Asked<SeriesQuery>, turn: Turn): Series;
  distributions(query: Asked<DistributionQuery>, turn: Turn): Distribution[];
  heatmaps(query: Asked<HeatmapQuery>, turn: Turn): Heatmap[];
  ranking(query: Asked<RankingQuery>, turn: Turn): Ranking;
}

/** When a question is asked, in seconds since 1970, and how long it may work: an answer that is not whole by then is `searching`. */
export interface Turn {
  now: number;
  slice: Slice;
}

interface Member {
  stream: Stream;
  source: Source;
  counts: Timeline;
}

export function createEventAggregates(
  { name, kind }: Pick<Source, 'name' | 'kind'>,
  history: History,
): EventAggregates {
  const members = new Map<number, Member>();
  const gatherings = createGatherings(history, (id, { measure, split }) => {
    const { stream, source } = members.get(id) as Member;
    return kind === 'trace' ? createTraceReader(split) : createRecordReader(stream, source, measure, split);
  });

  /** The timelines that answer a question, one for each host. */
  function timelines(
    what: Gathered,
    { now, slice }: Turn,
    together: HostsTogether = 'apart',
  ): { hosts: HostTimeline[]; searching?: true } {
    const isPlain = what.measure === undefined && what.split === undefined;
    const gathering = isPlain ? undefined : gatherings.find(what, now, slice);
    return {
      hosts: [...members].map(([id, { stream, counts }]) => ({
        host: stream.host,
        // The name of a single host would stand at every line.
        hostName: members.size > 1 ? stream.hostName : '',
        ...keysOf(stream, gathering?.hosts.get(id), together === 'merged' && members.size > 1, counts),
        offset: stream.clock.offset,
      })),
      ...(gathering?.searching && { searching: true }),
    };
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
      gatherings.join(stream.stream);
    },
    retype({ stream }, source) {
      const member = members.get(stream);
      if (member) member.source = source;
      gatherings.clear();
    },
    take({ stream }, frame) {
      const { timeNs, count } = frame.header;
      members
        .get(stream)
        ?.counts.open(Math.floor(secondsOf(timeNs)))
        ?.add('', undefined, count);
      gatherings.take(stream, frame);
    },
    series(query, turn) {
      const { measure, split, statistic = 'rate' } = query;
      const buckets = bucketsFor(statistic, split);
      const { hosts, ...unfinished } = timelines({ measure, split, buckets }, turn, query.hosts);
      return { ...seriesOfTimelines(hosts, subjectOf(measure), query, turn.now), ...unfinished };
    },
    distributions(query, turn) {
      const subject = subjectOf(query.measure);
      const { hosts, searching } = timelines(wholeOf(query.measure), turn);
      const found = distributionsOfTimelines(hosts, subject, query, turn.now);
      const { unit } = subject;
      const none: Distribution = { label: subject.name, host: '', bars: [], total: 0, unit };
      return searching ? unfinished(found, none) : found;
    },
    heatmaps(query, turn) {
      const subject = subjectOf(query.measure);
      const { hosts, searching } = timelines(wholeOf(query.measure), turn);
      const found = heatmapsOfTimelines(hosts, subject, query, turn.now);
      const empty = { times: [], step: 1, edges: [0, 1], counts: [] };
      const none: Heatmap = { label: subject.name, host: '', ...empty, unit: subject.unit };
      return searching ? unfinished(found, none) : found;
    },
    ranking(query, turn) {
      const { measure, split, statistic = 'value' } = query;
      const buckets = bucketsFor(statistic, split);
      const { hosts, ...unfinished } = timelines({ measure, split, buckets }, turn, query.hosts);
      const own = members.size > 1 ? query : { ...query, hosts: 'merged' as const };
      return { ...rankingOfTimelines(hosts, subjectOf(measure), own, turn.now), ...unfinished };
    },
  };
}

/** A host's timeline, and how its keys are called. @param isMerged names have to be the same on all hosts then, not numbers */
function keysOf(
  stream: Stream,
  gathered: GatheredHost | undefined,
  isMerged: boolean,
  counts: Timeline,
): Pick<HostTimeline, 'timeline' | 'labelOf'> {
  const { timeline = counts, read } = gathered ?? {};
  const { label } = read ?? {};
  if (!label) return { timeline };
  const nameOf: NameOf = (key, asking) => label(key, asking ? stream.names : stream.known);
  if (!isMerged) return { timeline, labelOf: (key) => nameOf(key, true) };
  const named = byName(timeline, nameOf);
  return { timeline: named, labelOf: named.labelOf };
}

/** There is one at least to say so. */
function unfinished<T>(found: readonly T[], none: T): (T & { searching: true })[] {
  return (found.length > 0 ? found : [none]).map((each) => ({ ...each, searching: true }));
}

function wholeOf(measure: string | undefined): Gathered {
  return { measure, split: undefined, buckets: 'all' };
}

function bucketsFor(statistic: Statistic, split: string | undefined): Buckets {
  const isQuantile = statistic === 'p50' || statistic === 'p90' || statistic === 'p99';
  if (!isQuantile) return 'none';
  return split === undefined ? 'all' : 'each';
}
