import { leavesOf } from '@probepad/protocol/leaves';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { PLAIN, type Presentation, presentLeaves } from '@probepad/protocol/values/presentation';
import type { Value } from '@probepad/protocol/values/value';
import { inferViews } from '@probepad/protocol/views/infer-views';
import type { Measure, Slots } from '@probepad/protocol/views/view';
import type {
  Distribution,
  DistributionQuery,
  Heatmap,
  HeatmapQuery,
  Series,
  SeriesQuery,
} from '../../session/aggregates.ts';
import { numberOf } from '../present.ts';
import type { Stream } from '../stream.ts';
import { countsOf, measuresIn, slotsIn } from './map-aggregates.ts';
import type { SnapshotSubject } from './placed-snapshots.ts';
import { distributionsOfSnapshots, heatmapsOfSnapshots } from './snapshot-histograms.ts';
import { type CountedEntry, createSnapshotHistory } from './snapshot-history.ts';
import { seriesOfSnapshots } from './snapshot-views.ts';
import { unitOf } from './units.ts';

type Asked<Q> = Omit<Q, 'run' | 'source'>;

/** What the variables of a section come to over time. Each is an entry; so is each element of a list of numbers or histograms. */
export interface SectionAggregates {
  join(stream: Stream, source: Source): void;
  add(stream: Stream, time: number, section: Value): void;
  series(query: Asked<SeriesQuery>): Series;
  distributions(query: Asked<DistributionQuery>): Distribution[];
  heatmaps(query: Asked<HeatmapQuery>): Heatmap[];
}

interface Member {
  measures: Measure[];
  slots: Slots[];
  /** Of the elements of a list, where they have any. */
  namesOf(column: string): readonly string[] | undefined;
}

export function createSectionAggregates(name: string): SectionAggregates {
  const history = createSnapshotHistory(true);
  const members = new Map<number, Member>();
  const subject: { -readonly [K in keyof SnapshotSubject]: SnapshotSubject[K] } = {
    name,
    measures: [],
    slots: [],
    byEntry: true,
  };
  return {
    join(stream, source) {
      const { schema } = stream.decoder;
      const views = inferViews(schema).find((each) => each.source === source.name)?.views ?? [];
      const measures = measuresIn(views);
      const slots = slotsIn(views);
      const shown = presentationsOf(schema, source);
      members.set(stream.stream, { measures, slots, namesOf: (column) => shown.get(column)?.elementNames });
      if (subject.measures.length > 0 || subject.slots.length > 0) return;
      subject.measures = measures.map(({ column, growth }) => ({
        column,
        unit: unitFor(shown.get(column)),
        gauge: growth === 'gauge',
      }));
      // All variables share one list of histograms: each is an entry of its own.
      subject.slots = slots.slice(0, 1).map(({ scale, unit = '' }) => ({ unit, scale }));
    },
    add(stream, time, section) {
      const member = members.get(stream.stream);
      if (!member) return;
      const { stream: id, host, hostName, clock } = stream;
      const entries = [
        ...member.measures.flatMap(({ column }) =>
          numbersOf(id, column, memberOf(section, column), member.namesOf(column)),
        ),
        ...member.slots.flatMap((slots) =>
          slotsEntries(id, slots, memberOf(section, slots.column), member.namesOf(slots.column)),
        ),
      ];
      if (entries.length === 0) return;
      history.add(
        { stream: id, host, hostName, clock },
        time,
        entries,
        (entry) => entry.slice(entry.indexOf(':') + 1),
        false,
      );
    },
    series: (query) => seriesOfSnapshots(history, subject, query),
    distributions: (query) => distributionsOfSnapshots(history, subject, query),
    heatmaps: (query) => heatmapsOfSnapshots(history, subject, query),
  };
}

function presentationsOf(schema: ProbeSchema, { valueType }: Source): Map<string, Presentation> {
  if (valueType === undefined) return new Map();
  const leaves = leavesOf(schema, valueType);
  const shown = presentLeaves(schema, leaves, valueType);
  return new Map(leaves.map(({ name }, at) => [name, shown[at] ?? PLAIN]));
}

function unitFor(shown: Presentation | undefined): string {
  return shown ? unitOf(shown.element ?? shown) : '';
}

/** A variable, or a member of a struct that is one, by its name with dots. */
function memberOf(section: Value, path: string): Value {
  return path
    .split('.')
    .reduce<Value>(
      (value, name) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) ? (value[name] ?? null) : null,
      section,
    );
}

function numbersOf(
  stream: number,
  column: string,
  value: Value,
  names: readonly string[] | undefined,
): CountedEntry[] {
  if (Array.isArray(value)) {
    return value.map((each, at) => ({
      id: `${stream}:${column}[${names?.[at] ?? at}]`,
      numbers: [numberOf(each)],
      slots: [[]],
    }));
  }
  return [{ id: `${stream}:${column}`, numbers: [numberOf(value)], slots: [[]] }];
}

function slotsEntries(
  stream: number,
  slots: Slots,
  value: Value,
  names: readonly string[] | undefined,
): CountedEntry[] {
  if (slots.in !== 'list') {
    return [{ id: `${stream}:${slots.column}`, numbers: [Number.NaN], slots: [countsOf(value, slots)] }];
  }
  return (Array.isArray(value) ? value : []).map((each, at) => ({
    id: `${stream}:${slots.column}[${names?.[at] ?? at}]`,
    numbers: [Number.NaN],
    slots: [countsOf([each], slots)],
  }));
}
