/**
 * What the views ask of the decoding worker. The worker (`decode-worker`) implements it; the app hands it to the session,
 * so that views know neither the worker nor its messages.
 */
import type { NamesAsked, NamesFound } from '@probepad/protocol/control/names';
import type { GroupStatistic } from '@probepad/protocol/control/snippet';
import type { ColumnRole, ShownFormat } from '@probepad/protocol/export/shown-table';
import type { TableFormat } from '@probepad/protocol/export/table-file';
import type { ProbeSchema } from '@probepad/protocol/schema';
import type {
  Distribution,
  DistributionQuery,
  Heatmap,
  HeatmapQuery,
  Ranking,
  RankingQuery,
  Series,
  SeriesQuery,
} from './aggregates.ts';
import type { FlameGraph, FlameQuery } from './flame.ts';
import type { GlobalsQuery, GlobalsWindow } from './globals.ts';
import type { OpenHubSocket } from './hub-socket.ts';
import type { SourceRef } from './source-ref.ts';
import type { TimeRange } from './time-axis.ts';
import type { Topology, TopologyQuery } from './topology.ts';
import type { Unkept } from './unkept.ts';

export type { Series } from './aggregates.ts';
export type { SourceRef } from './source-ref.ts';

export type Alignment = 'text' | 'number';

export interface ViewColumn {
  /** The member's path, which is the same for every host. */
  name: string;
  /** What heads the column in place of its name, as the program's author wants it. */
  label?: string;
  /** Left out until somebody asks for it. */
  hidden?: true;
  /** The C type as people write it, for the header's tooltip. */
  type: string;
  align: Alignment;
  /** A guess at the width, in characters. */
  width: number;
  role: ColumnRole;
}

/** What a column is known by, over all hosts and runs of a probe. */
export function columnKey({ role, name }: Pick<ViewColumn, 'role' | 'name'>): string {
  return `${role} ${name}`;
}

export interface ViewRow {
  /** Unique and stable within its source. */
  id: string;
  cells: string[];
  /** Set for a row that stands for records which were dropped; the text says where. */
  gap?: string;
  /** Set for a row that stands for several: the filter that takes them. */
  filter?: string;
  /** When it was, in seconds since 1970 on the page's clock, where that is known. */
  moment?: number;
}

/** By `columnKey`. */
export interface RowSort {
  column: string;
  descending: boolean;
}

export interface RowGrouping {
  /** Rows with the same in these columns become one, by `columnKey`. */
  by: readonly string[];
  /** Whose numbers are added up and ranked in each group, by `columnKey`. */
  measures?: readonly string[] | undefined;
  /** What is said of each of them; absent: everything. */
  statistics?: readonly GroupStatistic[] | undefined;
}

/** What is wrong with a filter, and where: offsets within its text. */
export interface FilterProblem {
  message: string;
  remedy: string;
  start: number;
  end: number;
}

/** What a cell's text was made from. */
export interface CellFact {
  /** By `columnKey`. */
  column: string;
  /** The member's path. */
  path: string;
  /** The C type as people write it. */
  type: string;
  /** The value as it stands in memory. */
  raw: string;
  /** What each CPU holds, where the cell is their sum or that of one of them. */
  cpus?: readonly string[] | undefined;
}

export interface RowQuery extends SourceRef {
  /** The newest row that counts, as `RowWindow.head` gave it; absent: the newest there is. */
  head?: number | undefined;
  /** Rows to leave out, newest first. */
  offset: number;
  limit: number;
  /** An expression (docs/FILTERS.md), or a text that stands in any cell, case ignored. Empty: all. */
  filter: string;
  /** Absent: newest first, or of groups the largest. Sorted rows hold still: those are sorted that were there at `head`. */
  sort?: RowSort | undefined;
  group?: RowGrouping | undefined;
  /** Only rows of these seconds, on the page's clock. */
  between?: { from: number; to: number } | undefined;
  /** Asks for the place of the row that came last by this moment, in seconds on the page's clock, or of the oldest. */
  near?: number | undefined;
}

export interface RowWindow {
  /** Of the rows here: those of the groups where they are grouped. */
  columns: readonly ViewColumn[];
  /** Ordinal of the newest row that this window counts from. */
  head: number;
  /** Ordinal of the newest row of all, so that `latest - head` are new since. */
  latest: number;
  /** Rows from head back to the oldest kept (filtered: that match). */
  total: number;
  offset: number;
  rows: ViewRow[];
  /** That of the question. */
  filter: string;
  /** Rows have still to be looked through, sorted or grouped; the source changes when it is worth asking again. */
  searching: boolean;
  /** What the rows are sorted by; undefined: newest first, also while the sorting goes on. */
  sort: RowSort | undefined;
  grouped: boolean;
  /** Columns of single rows, by which they can be grouped. */
  grouping: readonly ViewColumn[];
  /** The answer to `RowQuery.near`; undefined where rows are sorted or grouped, or there is none. */
  near?: number | undefined;
  /** The filter is a text to look for and no expression. */
  textual: boolean;
  /** Set where the filter could not be read: all rows are here then. */
  problem?: FilterProblem | undefined;
}

export interface MapQuery extends SourceRef {
  /** Absent: by the first number, largest first. */
  sort?: RowSort | undefined;
  offset: number;
  limit: number;
  filter: string;
  group?: RowGrouping | undefined;
  /** The moment whose entries are wanted, in seconds since 1970 on the page's clock; absent: those of now. */
  at?: number | undefined;
  /** Entries that are wanted wherever they stand, by `ViewRow.id`. */
  keep?: readonly string[] | undefined;
  /** How the first number came to be what it is is wanted, too. */
  trend?: boolean | undefined;
}

/** An entry of a map, or a group of them. */
export interface MapRow extends ViewRow {
  /** The first number's share of the largest. */
  magnitude: number;
  /** The growth of the first number between the last snapshots, oldest first; null where it is not known. */
  trend?: readonly (number | null)[];
}

export interface MapWindow {
  columns: readonly ViewColumn[];
  total: number;
  offset: number;
  sort: RowSort;
  rows: MapRow[];
  /** Those of `keep` that are still in the map; their place in this order is -1 where the filter leaves them out. */
  kept: (MapRow & { place: number })[];
  /** The column that `magnitude` is of; -1 without one. */
  bar: number;
  partial: boolean;
  grouped: boolean;
  /** Columns of single entries, by which they can be grouped. */
  grouping: readonly ViewColumn[];
  /** When the snapshot was made, in seconds since 1970 on the page's clock: the newest of all hosts'. */
  taken: number | undefined;
  /** Hosts without entries here, for of theirs none is kept that is as old as the moment asked for. */
  unkept?: Unkept | undefined;
  /** The oldest and the newest moment of which there are entries; absent while there are none. */
  span?: TimeRange | undefined;
  /** The filter that these entries fit. */
  filter: string;
  /** The filter is a text to look for and no expression. */
  textual: boolean;
  /** Set where the filter could not be read: all entries are here then. */
  problem?: FilterProblem | undefined;
}

/** What a file of rows is to hold: the rows that a view shows. */
export type FileQuery = FileRows & {
  /** Names the work: it is asked for again, by this name, until it is done. */
  job: string;
} & (
    | { as: 'values'; format: TableFormat }
    /** Cells as they are on screen, in these columns (`columnKey`). */
    | { as: 'shown'; format: ShownFormat; columns: readonly string[] }
  );

export interface FileRows extends SourceRef {
  filter: string;
  sort?: RowSort | undefined;
  group?: RowGrouping | undefined;
  /** For maps and globals, see `MapQuery`. */
  at?: number | undefined;
  /** For events, see `RowQuery`. */
  head?: number | undefined;
  between?: RowQuery['between'];
}

export interface FileAnswer {
  /** Rows written so far. */
  rows: number;
  /** Rows looked at so far, or all where that is known. */
  total: number;
  /** There is more to do: to be asked for again. */
  searching: boolean;
  /** The whole file, once it is done. */
  blob?: Blob;
}

/** So many of the newest records begin with this number, decimal. */
export interface LeadingCount {
  value: string;
  records: number;
}

export interface LogText {
  host: string;
  hostName: string;
  text: string;
}

export interface Decoder {
  /** Tells whose a stream is, before its schema is known: a verifier's log may be all that ever comes. */
  know(stream: Omit<StreamOpening, 'schema'>): void;
  /** A stream's schema has come: from now on its frames are understood. */
  open(stream: StreamOpening): void;
  /** Another schema of the same program counts: records that have come are read anew. */
  retype(stream: number, schema: ProbeSchema): void;
  /** The host's CLOCK_REALTIME minus CLOCK_MONOTONIC in ns, decimal. */
  clock(stream: number, offset: string): void;
  /** A socket to the hub whose frames the worker reads for itself. */
  socket: OpenHubSocket;
  /** What the worker dropped of a stream since it is watched, by source id: records, or whole snapshots of a map. */
  dropped(stream: number): ReadonlyMap<number, number>;
  /** Calls back with what was shown of a stream and only its host can name; the answer goes to `named`. Nothing is asked twice. */
  onUnnamed(listener: (stream: number, asked: NamesAsked[]) => void): () => void;
  /** What a host has told; what of it could not be told now (`again`) is asked for when it is shown again. */
  named(stream: number, found: NamesFound, again: NamesAsked[]): void;
  /** Forgets a run's history. */
  forget(run: string): void;
  rows(query: RowQuery): Promise<RowWindow>;
  map(query: MapQuery): Promise<MapWindow>;
  file(query: FileQuery): Promise<FileAnswer>;
  /** What the cells of a row were made from, by `ViewRow.id`; empty when it is no longer kept. */
  facts(row: SourceRef & { row: string }): Promise<CellFact[]>;
  /** The values that the newest records of a source begin with, where that is one number of few values; by value. */
  leading(source: SourceRef): Promise<LeadingCount[]>;
  series(query: SeriesQuery): Promise<Series>;
  distributions(query: DistributionQuery): Promise<Distribution[]>;
  heatmaps(query: HeatmapQuery): Promise<Heatmap[]>;
  ranking(query: RankingQuery): Promise<Ranking>;
  flame(query: FlameQuery): Promise<FlameGraph>;
  /** Undefined for a source that has no two ends. */
  topology(query: TopologyQuery): Promise<Topology | undefined>;
  /** Keeps what the query shows, for later ones to be compared with (`against: 'baseline'`). */
  keepFlame(query: FlameQuery): void;
  globals(query: GlobalsQuery): Promise<GlobalsWindow>;
  /** The verifier's log, by host; empty when there is none. */
  log(run: string): Promise<LogText[]>;
  /** Calls back when something new is there, at most a few times a second; keys as `sourceKey` makes them. */
  onChange(listener: (changed: ReadonlySet<string>) => void): () => void;
}

export interface StreamOpening {
  run: string;
  host: string;
  hostName: string;
  stream: number;
  schema: ProbeSchema;
  /** The host's machine as `uname -m` says it, where that is known. */
  arch?: string | undefined;
}

export function sourceKey(run: string, source: string): string {
  return `${run}\n${source}`;
}

/** The key under which a run's verifier log changes. */
export const LOG_SOURCE = '\nlog';
