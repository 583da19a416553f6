import type { NamesAsked, NamesFound } from '@probepad/protocol/control/names';
import { createDecoder } from '@probepad/protocol/decode';
import { type Frame, type FrameKind, framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import type {
  Distribution,
  DistributionQuery,
  Heatmap,
  HeatmapQuery,
  Ranking,
  RankingQuery,
  Series,
  SeriesQuery,
} from '../session/aggregates.ts';
import {
  type CellFact,
  type FileAnswer,
  type FileQuery,
  type LeadingCount,
  LOG_SOURCE,
  type LogText,
  type MapQuery,
  type MapWindow,
  type RowQuery,
  type RowWindow,
  type SourceRef,
  type StreamOpening,
  sourceKey,
} from '../session/decoder.ts';
import type { FlameGraph, FlameQuery } from '../session/flame.ts';
import type { GlobalsQuery, GlobalsWindow } from '../session/globals.ts';
import type { Topology, TopologyQuery } from '../session/topology.ts';
import { createEdgeSources } from './edges/edge-sources.ts';
import { createEventSource, type EventSource } from './event-source.ts';
import { createFileJobs } from './files/file-jobs.ts';
import { createGlobalsSource, type GlobalsSource } from './globals-source.ts';
import { createMapSource, type MapSource } from './map-source.ts';
import { createNameQuestions, type NameQuestions } from './name-questions.ts';
import { createPageClock } from './page-clock.ts';
import { type Slice, sliceOf } from './query/slice.ts';
import { createFlameGraphs } from './stacks/flame-graphs.ts';
import { createStackSources } from './stacks/stack-sources.ts';
import { type Budget, createBudget } from './store/budget.ts';
import { MOMENT_BYTES_MAX } from './store/moments.ts';
import type { Stream } from './stream.ts';
import { createVerifierLogs } from './verifier-logs.ts';

/** What the worker does, without being one: frames in, windows out. */
export interface Engine {
  know(stream: Omit<StreamOpening, 'schema'>): void;
  open(opening: StreamOpening): void;
  retype(stream: number, schema: ProbeSchema): void;
  clock(stream: number, offset: string): void;
  frames(message: ArrayBuffer): void;
  /** What a stream's host has told; what of it could not be told now (`again`) is asked for when it is shown again. */
  named(stream: number, found: NamesFound, again: NamesAsked[]): void;
  forget(run: string): void;
  /** Long work is cut: a window that is still `searching` gets on when it is asked for again. */
  rows(query: RowQuery): RowWindow;
  map(query: MapQuery): MapWindow;
  file(query: FileQuery): FileAnswer;
  facts(row: SourceRef & { row: string }): CellFact[];
  leading(source: SourceRef): LeadingCount[];
  series(query: SeriesQuery): Series;
  distributions(query: DistributionQuery): Distribution[];
  heatmaps(query: HeatmapQuery): Heatmap[];
  ranking(query: RankingQuery): Ranking;
  flame(query: FlameQuery): FlameGraph;
  topology(query: TopologyQuery): Topology | undefined;
  /** Keeps what the query shows, for others to be compared with. */
  keepFlame(query: FlameQuery): void;
  globals(query: GlobalsQuery): GlobalsWindow;
  log(run: string): LogText[];
}

type Kept =
  | { kind: 'events'; source: EventSource }
  | { kind: 'map'; source: MapSource }
  | { kind: 'globals'; source: GlobalsSource };

const NO_ROWS: Omit<RowWindow, 'offset' | 'filter'> = {
  sort: undefined,
  grouped: false,
  grouping: [],
  textual: false,
  columns: [],
  head: -1,
  latest: -1,
  total: 0,
  rows: [],
  searching: false,
};

/**
 * @param changed is called with the key of every source that something came for, and how many records did
 * @param now seconds since 1970
 * @param slice how long one question may work
 * @param unnamed is called, some time after something was shown, with what only the host can name
 */
export function createEngine(
  changed: (key: string, records?: number) => void,
  now = () => Date.now() / 1000,
  slice: () => Slice = sliceOf,
  unnamed: (stream: number, asked: NamesAsked[]) => void = () => undefined,
): Engine {
  const budgets = { rows: createBudget(), moments: createBudget(MOMENT_BYTES_MAX) };
  const questions: NameQuestions = createNameQuestions(unnamed);
  const stacks = createStackSources();
  const flames = createFlameGraphs();
  const edges = createEdgeSources();
  const streams = new Map<number, Stream & { run: string }>();
  const kept = new Map<string, Kept>();
  const logs = createVerifierLogs();
  const files = createFileJobs(find);
  const hosts = new Map<number, { run: string; host: string; hostName: string }>();

  function open({ run, host, hostName, stream: id, schema, arch }: StreamOpening): void {
    hosts.set(id, { run, host, hostName });
    if (streams.has(id)) return;
    const stream = {
      run,
      stream: id,
      host,
      hostName,
      arch,
      names: questions.open(id),
      known: questions.known(id),
      decoder: createDecoder(schema),
      clock: createPageClock(),
    };
    streams.set(id, stream);
    stacks.open(run, stream);
    edges.open(run, stream);
    for (const source of schema.sources) {
      const key = sourceKey(run, source.name);
      let entry = kept.get(key);
      if (!entry) {
        entry = keep(source, budgets);
        kept.set(key, entry);
      }
      entry.source.join(stream, source);
      changed(key);
    }
  }

  function take(frame: Frame): void {
    const { header } = frame;
    if (header.kind === 'log') {
      if (logs.take(frame)) changed(LOG_SOURCE);
      return;
    }
    const stream = streams.get(header.stream);
    if (!stream) return;
    stream.clock.see(header, now());
    const source = stream.decoder.sourceOf(frame);
    const key = sourceKey(stream.run, source.name);
    kept.get(key)?.source.take(stream, frame);
    stacks.take(stream.run, stream, source, frame);
    edges.take(stream.run, stream, source, frame);
    changed(key, COUNTED.has(header.kind) ? header.count : 0);
  }

  function find(ref: SourceRef): Partial<{ [K in Kept['kind']]: Extract<Kept, { kind: K }>['source'] }> {
    const entry = kept.get(sourceKey(ref.run, ref.source));
    return entry ? { [entry.kind]: entry.source } : {};
  }

  const turn = () => ({ now: now(), slice: slice() });

  return {
    know: ({ stream, run, host, hostName }) => void hosts.set(stream, { run, host, hostName }),
    open,
    retype(id, schema) {
      const stream = streams.get(id);
      if (!stream) return;
      const before = stream.decoder.schema;
      stream.decoder = createDecoder(schema);
      for (const source of schema.sources) {
        const key = sourceKey(stream.run, source.name);
        const entry = kept.get(key);
        if (entry?.kind !== 'events' || !isRetyped(before, source)) continue;
        entry.source.retype(stream, source);
        stacks.retype(stream.run, stream, source);
        edges.retype(stream.run, stream, source);
        changed(key);
      }
    },
    clock(id, offset) {
      const stream = streams.get(id);
      const wall = BigInt(offset);
      if (!stream || stream.clock.wall === wall) return;
      stream.clock.wall = wall;
      // What is on screen already has a time now.
      for (const { name } of stream.decoder.schema.sources) changed(sourceKey(stream.run, name));
    },
    frames(message) {
      for (const frame of framesOf(new Uint8Array(message), FRAME_PAYLOAD_MAX)) {
        try {
          take(frame);
        } catch (thrown) {
          // One frame that its schema can't explain must not take the others with it.
          console.error('frame not understood', thrown);
        }
      }
    },
    named(id, found, again) {
      const stream = streams.get(id);
      if (!questions.answer(id, found, again) || stream === undefined) return;
      stacks.renamed(stream.run, id);
      for (const { name } of stream.decoder.schema.sources) {
        const key = sourceKey(stream.run, name);
        const entry = kept.get(key);
        if (entry?.kind === 'events' && found.length > 0) entry.source.renamed();
        changed(key);
      }
    },
    forget(run) {
      for (const [id, stream] of streams) {
        if (stream.run !== run) continue;
        streams.delete(id);
        questions.close(id);
      }
      for (const [id, each] of hosts) {
        if (each.run !== run) continue;
        hosts.delete(id);
        logs.forget(id);
      }
      stacks.forget(run);
      edges.forget(run);
      const prefix = sourceKey(run, '');
      for (const [key, entry] of kept) {
        if (!key.startsWith(prefix)) continue;
        entry.source.close();
        kept.delete(key);
      }
    },
    rows(query) {
      const window = find(query).events?.rows(query, slice());
      // Asked again, the search goes on.
      if (window?.searching) changed(sourceKey(query.run, query.source));
      return window ?? { ...NO_ROWS, offset: query.offset, filter: query.filter };
    },
    map: (query) =>
      find(query).map?.entries(query) ?? {
        columns: [],
        total: 0,
        offset: query.offset,
        sort: { column: '', descending: true },
        filter: query.filter,
        textual: false,
        rows: [],
        kept: [],
        bar: -1,
        partial: false,
        grouped: false,
        grouping: [],
        taken: undefined,
      },
    file: (query) => files.advance(query, slice()),
    facts: (ref) => {
      const { events, map } = find(ref);
      return events?.facts(ref.row) ?? map?.facts(ref.row) ?? [];
    },
    leading: (ref) => find(ref).events?.leading() ?? [],
    series(query) {
      const { events, map, globals } = find(query);
      return (
        events?.aggregates.series(query, turn()) ??
        (map ?? globals)?.aggregates.series(query) ?? { times: [], lines: [], unit: '' }
      );
    },
    distributions(query) {
      const { events, map, globals } = find(query);
      return (
        events?.aggregates.distributions(query, turn()) ??
        (map ?? globals)?.aggregates.distributions(query) ??
        []
      );
    },
    heatmaps(query) {
      const { events, map, globals } = find(query);
      return events?.aggregates.heatmaps(query, turn()) ?? (map ?? globals)?.aggregates.heatmaps(query) ?? [];
    },
    ranking(query) {
      const { events, map } = find(query);
      return (
        events?.aggregates.ranking(query, turn()) ??
        map?.aggregates.ranking(query) ?? { rows: [], keys: 0, rest: undefined, unit: '' }
      );
    },
    flame: (query) => flames.graph(query, stacks.find(query)),
    topology: (query) => edges.find(query)?.topology(query),
    keepFlame: (query) => flames.keep(query, stacks.find(query)),
    globals: (query) => find(query).globals?.window(query.at) ?? { values: [], taken: undefined },
    log: (run) =>
      [...hosts].flatMap(([stream, { run: of, host, hostName }]) => {
        const text = of === run ? logs.text(stream) : undefined;
        return text === undefined ? [] : [{ host, hostName, text }];
      }),
  };
}

/** Frames whose records happened, one by one. */
const COUNTED: ReadonlySet<FrameKind> = new Set(['events', 'trace', 'text']);

/** Whether the records of a source are of other types than before. */
function isRetyped({ sources }: ProbeSchema, { name, records, byValue }: Source): boolean {
  const before = sources.find((each) => each.name === name);
  return JSON.stringify([before?.records ?? [], before?.byValue]) !== JSON.stringify([records, byValue]);
}

function keep(source: Source, { rows, moments }: { rows: Budget; moments: Budget }): Kept {
  switch (source.kind) {
    case 'events':
    case 'trace':
    case 'text':
      return { kind: 'events', source: createEventSource(source, rows) };
    case 'map':
      return { kind: 'map', source: createMapSource(source, moments) };
    case 'globals':
      return { kind: 'globals', source: createGlobalsSource(source, moments) };
  }
}
